"""The checks of `plenary doctor`. Each returns what it found and, if something is wrong, how to mend it."""

import asyncio
import errno
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from rooms.bus.redis.nodes import look
from server.commands.checkup_servers import check_mail, check_media, check_store, check_turn
from server.commands.finding import ANSWERS_WITHIN_S, Check, Finding
from server.models import Film
from server.playback.films import films_dir, is_whole
from server.recordings.speech_to_text import words_of
from server.settings import Settings, unknown_names
from server.store import migrations
from server.store.engine.availability import cause_of
from server.store.engine.database import Database
from server.trust.secret import SecretRefused, has_people, load_secret
from server.web.assets import path_of

PYTHON = (3, 11)
ENOUGH_DESCRIPTORS = 4_096
CLOCK_MAY_DIFFER_S = 5.0
SQLITE_NAME = "plenary.sqlite3"
WRITES_BYTES = 8 * 2**20
"""Enough that a disk which is all but full has no room for it."""


def check_python(settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON:
        return Finding("bad", f"Python {version}", "Install Python 3.11 or later.")
    return Finding("good", f"Python {version}")


def check_data(settings: Settings) -> Finding:
    """Check that the data directory takes some megabytes, and that no other user can read the secret in it."""
    try:
        settings.open_data()
        write_some(settings.data)
    except OSError as error:
        if error.errno in NO_ROOM:
            text = f"{settings.data} has no room for {WRITES_BYTES // 2**20} MB: {megabytes_free(settings)} MB are free"
            return Finding("bad", text, "Free some, or set PLENARY_DATA to a directory on a larger disk.")
        mend = "Give the user that runs Plenary the right to write there, or set PLENARY_DATA to another directory."
        return Finding("bad", f"{settings.data} cannot be written: {error.strerror}", mend)
    secret = settings.data / "secret"
    try:
        if settings.secret or secret.exists() or has_people(settings):
            load_secret(settings)
    except SecretRefused as refused:
        wrong, _, mend = str(refused).partition(". ")
        return Finding("bad", wrong, mend)
    if os.name == "posix" and not settings.secret and secret.exists() and secret.stat().st_mode & 0o077:
        return Finding("bad", "the secret can be read by other users of this machine", f"chmod 600 {secret}")
    return Finding("good", f"{settings.data} can be written; {megabytes_free(settings)} MB are free")


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The disk is full, our share of it is used up, or files may not be so large."""


def write_some(directory: Path) -> None:
    """Write a file that has no name, through to the disk. Raises OSError when it does not fit."""
    with tempfile.TemporaryFile(dir=directory) as file:
        file.write(os.urandom(WRITES_BYTES))  # a disk that packs what it keeps would have room for zeros
        file.flush()
        os.fsync(file.fileno())


def megabytes_free(settings: Settings) -> int:
    return shutil.disk_usage(settings.data).free // 2**20


def check_database(settings: Settings) -> Finding:
    """Check that the database answers, has the newest schema, and agrees with the time of this machine."""
    where = "SQLite" if settings.database.startswith("sqlite") else "PostgreSQL"
    if not is_made(settings):
        return Finding("bad", "there is no database yet", "plenary migrate makes it, and plenary serve does too.")
    if damage := damage_of_sqlite(settings):
        mend = "Stop Plenary, keep the file aside and put back the newest backup; sqlite3's .recover saves what it can."
        return Finding("bad", f"the database is damaged, or its disk is: {damage}", mend)
    try:
        schema, refusal, differs_s = asyncio.run(ask_database(settings))
    except (SQLAlchemyError, OSError) as error:
        return Finding("bad", f"{where} does not answer: {cause_of(error)}", "Start it, or check DATABASE_URL.")
    if refusal:
        wrong, _, mend = refusal.rpartition(". ")
        return Finding("bad", wrong, f"{mend}.")
    if schema != (newest := migrations.newest()):
        had = f"the schema {schema}" if schema else "no schema"
        return Finding("bad", f"{where} has {had}; the newest is {newest}", "plenary migrate")
    if abs(differs_s) > CLOCK_MAY_DIFFER_S:
        return Finding("bad", f"{where}'s clock differs from ours by {differs_s:.0f} s", "Let both machines use NTP.")
    return Finding("good", f"{where} answers and has the newest schema")


def is_made(settings: Settings) -> bool:
    """True when there is a database to ask. Asking SQLite without this test would create an empty file."""
    return bool(settings.database_url) or (settings.data / SQLITE_NAME).is_file()


def damage_of_sqlite(settings: Settings) -> str:
    """The first fault in the pages of SQLite's file; empty without one, and on PostgreSQL."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not Path(url.database or "").is_file():
        return ""
    with closing(sqlite3.connect(str(url.database), timeout=ANSWERS_WITHIN_S)) as file:
        try:
            [fault] = file.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError:  # it cannot be opened or read now, which those who ask it will say
            return ""
        except sqlite3.DatabaseError as error:
            return str(error)
    return "" if fault == "ok" else " ".join(str(fault).split())


async def ask_database(settings: Settings) -> tuple[str | None, str, float]:
    """The revision of the schema (None: no schema), the reason why it cannot be used, and the clock.

    The clock is the seconds by which the database's is ahead of ours.
    """
    database = Database(settings.database)
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S), database.reading() as db:
            connection = await db.connection()
            clock = "SELECT strftime('%s', 'now')" if database.is_sqlite else "SELECT extract(epoch from now())"
            theirs = float((await connection.execute(text(clock))).scalar_one())
            differs_s = theirs - datetime.now(UTC).timestamp()
            refusal = await connection.run_sync(migrations.refusal)
            try:
                schema = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
            except SQLAlchemyError:
                schema = None
            return schema, refusal, differs_s
    finally:
        await database.close()


def check_redis(settings: Settings) -> Finding:
    """Check that Redis answers, lets us in, and is new enough for sharded channels."""
    if not settings.redis_url:
        return Finding("good", "not set; one web process needs none")
    try:
        found = asyncio.run(look(settings.redis_url))
    except (OSError, ValueError) as error:
        return Finding("bad", f"Redis does not answer: {error}", "Start Redis 7 or Valkey, or check REDIS_URL.")
    return Finding("good", f"{found} answers, and carries messages between web processes")


def check_address(settings: Settings) -> Finding:
    """Check that the address used in mails is not this machine's alone, and is https."""
    parts = urlsplit(settings.base_url)
    is_local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if is_local:
        mend = "" if settings.host in ("127.0.0.1", "localhost", "::1") else "Set PLENARY_PUBLIC_URL."
        return Finding("note", f"links lead to {settings.base_url}, which opens on this machine only", mend)
    if not settings.is_https:
        mend = "Put a proxy with a certificate before Plenary and set PLENARY_PUBLIC_URL to https://…."
        return Finding("bad", f"{settings.base_url} is not https, so sign-ins can be overheard", mend)
    return Finding("good", settings.base_url)


def check_browser_files(settings: Settings) -> Finding:
    """Check that the stylesheets, scripts, fonts and icons that pages load are installed."""
    missing = [asset for asset in ASSETS if path_of(asset) is None]
    if missing:
        return Finding("bad", f"missing: {', '.join(missing)}", "Run make demo once, or install the wheel.")
    return Finding("good", "styles, scripts, fonts and icons are there")


ASSETS = (
    "css/app.css",
    "js/app.js",
    "npm/hls.js/dist/hls.min.mjs",
    "npm/lucide-static/icons/mail.svg",
    "npm/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
)
"""A file of each kind, which stands for all of its kind."""


def check_films(settings: Settings) -> Finding:
    """Check that every film in the database can be played from the data directory."""
    if not is_made(settings):
        return Finding("good", "none yet")
    try:
        names = asyncio.run(film_directories(settings))
    except (SQLAlchemyError, OSError):
        return Finding("note", "cannot be checked without the database")
    faulty = [name for name in names if not is_whole(films_dir(settings) / name)]
    if faulty:
        mend = "Copy media/films back into the data directory, or upload them again."
        return Finding("bad", f"{len(faulty)} of {len(names)} are missing or broken: {', '.join(faulty[:3])}", mend)
    return Finding("good", f"{len(names)} in the data directory")


async def film_directories(settings: Settings) -> list[str]:
    database = Database(settings.database)
    try:
        async with database.reading() as db:
            return list(await db.exec(select(Film.directory)))
    finally:
        await database.close()


def check_speech_to_text(settings: Settings) -> Finding:
    """Check that the command that drafts captions can be run."""
    if not settings.speech_to_text:
        return Finding("good", "not set; captions are typed or uploaded")
    try:
        program = words_of(settings)[0]
    except (ValueError, IndexError) as error:
        return Finding("bad", f"PLENARY_SPEECH_TO_TEXT is not a command: {error}", "Check its quotation marks.")
    if shutil.which(program) is None:
        return Finding("bad", f"{program} cannot be run", "Install it, or check PLENARY_SPEECH_TO_TEXT.")
    return Finding("good", f"{program} drafts captions")


def check_clock(settings: Settings) -> Finding:
    """Check the clock, which one-time codes need, and the rules of time zones, which agendas need.

    A clock that shows a time before the newest file of this folder is wrong.
    """
    newest = max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))
    now = datetime.now(UTC)
    if now.timestamp() < newest - CLOCK_MAY_DIFFER_S:
        return Finding("bad", f"this machine says that it is {now:%d %B %Y %H:%M} UTC", "Set its clock, best by NTP.")
    try:
        ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        return Finding("bad", "the rules of time zones are missing", "pip install tzdata")
    return Finding("good", f"{now:%d %B %Y %H:%M} UTC")


def check_settings(settings: Settings) -> Finding:
    """Check that every name in the environment that looks like a setting is one."""
    if strange := unknown_names(os.environ):
        meant = [name for name in strange.values() if name]
        mend = f"Perhaps {', '.join(meant)} is meant." if meant else "The README lists every setting."
        return Finding("bad", f"{', '.join(strange)}: there is no such setting", mend)
    return Finding("good", "every name is known")


def check_descriptors(settings: Settings) -> Finding:
    """Check that the kernel lets a server have as many connections as an event of a thousand people needs."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < ENOUGH_DESCRIPTORS:
        mend = "Raise it: ulimit -n, LimitNOFILE= of systemd, or nofile under ulimits in a compose file."
        return Finding("bad", f"{hard} connections and files at most; then nobody can come in any more", mend)
    return Finding("good", f"{hard} connections and files at most")


CHECKS: dict[str, Check] = {
    "python": check_python,
    "data": check_data,
    "database": check_database,
    "redis": check_redis,
    "address": check_address,
    "mail": check_mail,
    "media": check_media,
    "turn": check_turn,
    "store": check_store,
    "pages": check_browser_files,
    "films": check_films,
    "captions": check_speech_to_text,
    "clock": check_clock,
    "settings": check_settings,
    "limits": check_descriptors,
}
