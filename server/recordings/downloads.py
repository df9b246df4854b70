"""Joins a recording into one MP4 when somebody first asks for it. A child process does it, with the codecs."""

import json
import sys
from pathlib import Path

from starlette.applications import Starlette

from server.models import Event, Session
from server.playback.airings import Airing, Airings
from server.running import child
from server.running.child import ChildFailed
from server.running.jobs import HeldJob, JobFailed, JobKind
from server.settings import Settings
from server.store import downloads

EVERY_S = 1.0


def downloads_dir(settings: Settings) -> Path:
    """The folder of the files."""
    return settings.data / "media" / "downloads"


def file_of(settings: Settings, media_key: str) -> Path:
    """The path of a recording's file, once it is made."""
    return downloads_dir(settings) / f"{media_key}.mp4"


async def clear(app: Starlette) -> None:
    """A duty: delete each file that belongs to no recording, or to an older version of one."""
    settings: Settings = app.state.settings
    async with app.state.db.reading() as db:
        kept = {file_of(settings, media_key) for media_key in await downloads.kept_keys(db)}
    for old in set(downloads_dir(settings).glob("[0-9a-f]*.mp4")) - kept:
        old.unlink(missing_ok=True)


async def make(app: Starlette, held: HeldJob) -> None:
    """Write the file beside its place, and move it there when it is whole. Raises JobFailed."""
    settings: Settings = app.state.settings
    airings: Airings = app.state.airings
    async with app.state.db.reading() as db:
        session = await db.get(Session, held.job.subject_id)
        event = await db.get_one(Event, session.event_id) if session else None
    airing = await airings.at(event.slug, session.slug) if session and event else None
    if session is None or airing is None or session.media_key != held.job.version:
        raise JobFailed("This recording was withdrawn, or changed.")
    target = file_of(settings, session.media_key)
    workshop = target.with_name(f".{target.stem}.{held.job.lease}.mp4")
    target.parent.mkdir(parents=True, exist_ok=True)
    for left_behind in target.parent.glob(f".{target.stem}.*"):
        left_behind.unlink(missing_ok=True)
    runs = [[list(map(str, files)) for files in run] for run in runs_of(airing)]
    words = [sys.executable, "-m", "rooms.media", "join", "--to", str(workshop)]
    try:
        await child.run(words, given=json.dumps(runs).encode(), progress=held.progress)
        async with held.finishing():
            workshop.rename(target)
    except ChildFailed as error:
        raise JobFailed(str(error) or "The recording could not be joined.") from error
    finally:
        workshop.unlink(missing_ok=True)


DOWNLOAD = JobKind(downloads.KIND, make)


def runs_of(airing: Airing) -> list[tuple[list[Path], list[Path]]]:
    """The files of each run of the recording: those of its pictures, and those of its sound."""
    return [
        ([airing.directory / name for name in run.pictures], [airing.directory / name for name in run.sound])
        for run in airing.source.cut.runs
    ]
