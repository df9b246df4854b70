"""Directs a stage without a producer's page; finds its media process and its recording."""

from datetime import UTC, datetime
from pathlib import Path

from rooms.media.air.disk import read_journals
from server.models import StageSource
from server.playback.programmes import directory_of
from server.settings import Settings
from server.store import sessions, stages
from server.store.engine.database import Database
from tests.stage.conftest import House
from tests.waiting import until

ARRIVES_WITHIN_S = 90
STARTED = 19
"""The index of a process's start time in /proc/PID/stat, counted after the process's name (proc(5))."""


def media_process(settings: Settings) -> int:
    """Return the pid of this data directory's media process: the oldest one, as a spare may be waiting."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            environment = (folder / "environ").read_bytes().split(b"\0")
            started = int((folder / "stat").read_text().rpartition(")")[2].split()[STARTED])
        except OSError:
            continue
        if b"media" in words and f"PLENARY_DATA={settings.data}".encode() in environment:
            found[started] = int(folder.name)
    assert found, "there is no media process"
    return found[min(found)]


def listed(settings: Settings, house: House) -> int:
    """Return the number of recorded segments of pictures."""
    return len(read_journals(directory_of(settings, house.session))["video"].listed)


async def go_on_air(database: Database, house: House) -> None:
    """Take the first publisher on air as soon as its media is here."""

    async def arrived() -> StageSource | None:
        async with database.reading() as db:
            source = next(iter(await stages.sources_of(db, house.stage.id)), None)
        return source if source is not None and source.state == "here" else None

    source = await until(arrived, ARRIVES_WITHIN_S)
    async with database.writing() as db:
        await sessions.move(db, house.session, "start", now=datetime.now(UTC))
        await stages.move(db, house.stage, "go", at=datetime.now(UTC))
        await stages.put_on_air(db, house.stage, source.id, is_on_air=True)
        await stages.take(db, house.stage, source.id)


async def recorded(settings: Settings, database: Database, house: House) -> Path:
    """End the session; returns the directory of its recording once the recording is complete."""
    directory = directory_of(settings, house.session)
    async with database.writing() as db:
        assert await sessions.move(db, house.session, "end", now=datetime.now(UTC))
    await until(lambda: all(journal.is_over for journal in read_journals(directory).values()))
    return directory
