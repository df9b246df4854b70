"""`plenary restore`: bring a backup into a data directory that holds nothing yet."""

import os
import shutil
from argparse import ArgumentParser, Namespace
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import DatabaseError

from rooms.durable import settle
from server.commands import UsersError
from server.commands.backup import DATABASE, MEDIA, SECRET, Manifest, database_file, fingerprint
from server.commands.serve import LOCK_NAME
from server.running import archive
from server.running.archive import ArchiveDamaged
from server.running.locks import FileLock, LockTaken
from server.settings import Settings
from server.store import migrations

STAGING = ".restoring"
"""The folder in the data directory in which a backup is unpacked and checked before anything has its name."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="FROM.tar", help="the file that plenary backup has written")


def run(arguments: Namespace, settings: Settings) -> int:
    source, database = arguments.source.absolute(), database_file(settings)
    manifest = Manifest.of(source)
    try:
        lock = FileLock.take(settings.open_data() / LOCK_NAME, shared=False)
    except LockTaken as taken:
        first = f" ({taken})" if str(taken) else ""
        raise UsersError(
            f"a server runs on {settings.data}{first}. Stop it, or set PLENARY_DATA to another directory"
        ) from taken
    except OSError as error:
        raise UsersError(f"cannot write into {settings.data}: {error.strerror or error}") from error
    try:
        _refuse_full(settings.data, database)
        _restore(source, settings.data / STAGING, settings.data, database)
    except OSError as error:
        raise UsersError(f"cannot restore into {settings.data}: {error.strerror or error}") from error
    finally:
        lock.release()
    print(f"{settings.data} is as it was at {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC. Start it with plenary serve.")
    if advice := _about_secret(manifest, settings):
        print(advice)
    return 0


def _refuse_full(data: Path, database: Path) -> None:
    """Raise UsersError when anything is in the place of what would be restored."""
    beside = [database.with_name(f"{database.name}{more}") for more in ("", "-wal", "-shm", "-journal")]
    media = data / MEDIA
    taken = [path for path in (*beside, data / SECRET) if os.path.lexists(path)]
    if os.path.lexists(media) and not (media.is_dir() and not any(media.iterdir())):
        taken.append(media)
    if taken:
        raise UsersError(
            f"{taken[0]} is there already, and a backup is restored only where nothing is. Set PLENARY_DATA to a new "
            "directory, or move the old one away first"
        )


def _restore(source: Path, staging: Path, data: Path, database: Path) -> None:
    """Unpack, check, and move into place: the database last, so that there is none without its secret and media."""
    archive.remove(staging)
    staging.mkdir(mode=0o700)
    try:
        archive.unpack(source, staging, frozenset({DATABASE, SECRET}), frozenset({MEDIA}))
        if not (staging / DATABASE).is_file():
            raise ArchiveDamaged("it holds no database")
        _refuse_schema(staging / DATABASE)
        os.sync()
        for name in (MEDIA, SECRET):
            if (staging / name).exists():
                (staging / name).rename(data / name)
        settle(data)
        database.parent.mkdir(parents=True, exist_ok=True)
        _move(staging / DATABASE, database)
    except ArchiveDamaged as error:
        raise UsersError(f"{source} is damaged: {error}. Nothing was restored; use another backup") from error
    finally:
        archive.remove(staging)


def _refuse_schema(file: Path) -> None:
    """Raise UsersError for a database that this version cannot use, and ArchiveDamaged for what is none."""
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            reason = migrations.refusal(connection)
    except DatabaseError as error:
        raise ArchiveDamaged(str(error.orig)) from error
    finally:
        engine.dispose()
    if reason:
        raise UsersError(f"nothing was restored: {reason}")


def _move(file: Path, to: Path) -> None:
    """Move a file, if need be to another disk, so that it is whole once it has its name."""
    partial = to.with_name(f".{to.name}.partial")
    shutil.move(file, partial)
    with partial.open("rb") as moved:
        os.fsync(moved.fileno())
    partial.rename(to)
    settle(to.parent)


def _about_secret(manifest: Manifest, settings: Settings) -> str:
    """The advice when the restored database is not under the secret that is set here; else empty."""
    file = settings.data / SECRET
    secret = settings.secret.encode() or (file.read_bytes().strip() if file.exists() else b"")
    if secret and fingerprint(secret) == manifest.secret_fingerprint:
        return ""
    if file.exists():
        return f"PLENARY_SECRET is not the secret of the backup. Leave it unset: the backup's own is {file}."
    return (
        "The backup was made under another secret, which is not in it. Set PLENARY_SECRET to that one before you start "
        "the server; the README says what becomes of an installation without it."
    )
