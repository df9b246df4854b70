"""Makes one MP4 of a recording when somebody first asks for it: by the media process, which alone knows codecs."""

import asyncio
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import structlog
from starlette.applications import Starlette

from server.models import Download
from server.playback.airings import Airing, Airings
from server.settings import Settings
from server.store import downloads
from server.store.engine.database import Database

EVERY_S = 1.0
PROGRESS = re.compile(r"done (?P<percent>\d+) %")
log = structlog.get_logger("plenary.downloads")


def downloads_dir(settings: Settings) -> Path:
    return settings.data / "media" / "downloads"


def file_of(settings: Settings, media_key: str) -> Path:
    """Where a recording lies as one file, once it is made."""
    return downloads_dir(settings) / f"{media_key}.mp4"


async def make_due(app: Starlette) -> datetime | None:
    """A duty: make the one that has waited longest, and take away what is not any recording's any more.

    Once one is made another may wait.
    """
    database: Database = app.state.db
    settings: Settings = app.state.settings
    airings: Airings = app.state.airings
    now = datetime.now(UTC)
    async with database.reading() as db:
        due = await downloads.next_due(db, now)
        kept = {file_of(settings, media_key) for media_key in await downloads.kept_keys(db)}
    for old in set(downloads_dir(settings).glob("[0-9a-f]*.mp4")) - kept:
        old.unlink(missing_ok=True)
    if due is None:
        return None
    found, session, event = due
    async with database.writing() as db:
        is_ours = await downloads.claim(db, found, now)
    if is_ours:
        airing = await airings.at(event.slug, session.slug)
        is_made = airing is not None and await make(database, found, airing, file_of(settings, found.media_key))
        async with database.writing() as db:
            await downloads.finish(db, found, is_made=is_made)
    return now


async def make(database: Database, found: Download, airing: Airing, target: Path) -> bool:
    """Write the film beside its place and move it there when it is whole; False when that did not succeed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    workshop = target.with_name(f".{target.name}")
    command = [sys.executable, "-m", "rooms.media", "join", "--to", str(workshop)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    last_word = ""
    try:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps([[list(map(str, files)) for files in run] for run in runs_of(airing)]).encode())
        process.stdin.close()
        async for line in process.stdout:
            last_word = line.decode(errors="replace").strip() or last_word
            if said := PROGRESS.match(last_word):
                async with database.writing() as db:
                    await downloads.go_on(db, found, int(said["percent"]), datetime.now(UTC))
        if await process.wait():
            log.warning("a recording could not be joined", session=str(found.session_id), why=last_word)
            return False
        workshop.rename(target)
        return True
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        workshop.unlink(missing_ok=True)


def runs_of(airing: Airing) -> list[tuple[list[Path], list[Path]]]:
    """The files of each stretch of the recording: those of its pictures and those of its sound."""
    return [
        ([airing.directory / name for name in run.pictures], [airing.directory / name for name in run.sound])
        for run in airing.source.cut.runs
    ]
