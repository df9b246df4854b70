"""Has captions drafted by speech recognition where the installation has a command for it: one at a time."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, STDOUT
from datetime import UTC, datetime
from pathlib import Path

import structlog
from starlette.applications import Starlette

from rooms.playback.webvtt import NotWebVTT, write_webvtt
from server.models import CaptionDraft
from server.playback.airings import Airing, Airings
from server.recordings import captions
from server.recordings.speech_to_text import NotUnderstood, SpeechListener
from server.settings import Settings
from server.store import caption_drafts
from server.store.engine.database import Database

EVERY_S = 1.0
TOLD_EVERY_S = 1.0
AT_LEAST_S = 600.0
SLOWEST = 6.0
"""Times as long as the sound: whoever listens longer is stopped."""
log = structlog.get_logger("plenary.captions")


async def draft_due(app: Starlette) -> datetime | None:
    """A duty: make the draft that has waited longest; then another may wait."""
    database: Database = app.state.db
    settings: Settings = app.state.settings
    now = datetime.now(UTC)
    async with database.reading() as db:
        due = await caption_drafts.next_due(db, now)
    if due is None:
        return None
    found, session, event = due
    async with database.writing() as db:
        if not await caption_drafts.claim(db, found, now):
            return now
    airings: Airings = app.state.airings
    airing = await airings.at(event.slug, session.slug)
    try:
        text = await draft(database, settings, found, airing)
    except NotUnderstood as error:
        log.warning("captions could not be drafted", session=str(session.id), why=str(error))
        async with database.writing() as db:
            await caption_drafts.fail(db, found, str(error))
    else:
        async with database.writing() as db:
            await caption_drafts.finish(db, found, text)
    return now


async def draft(database: Database, settings: Settings, found: CaptionDraft, airing: Airing | None) -> str:
    """The WebVTT of what was said. Raises NotUnderstood."""
    if airing is None or airing.directory.name != found.directory:
        raise NotUnderstood("What was to be listened to is not there any more.")
    seconds = airing.source.cut.film_length_s
    sound = settings.data.absolute() / "media" / "sound" / f"{found.session_id}.wav"
    try:
        await take_sound(airing, sound)
        listener = SpeechListener(settings)
        work = asyncio.create_task(listener.listen(sound, max(AT_LEAST_S, SLOWEST * seconds)))
        try:
            await watch(database, found, work, listener, seconds)
            return write_webvtt(captions.check(work.result(), seconds))
        finally:
            work.cancel()
            await asyncio.wait([work])
    except NotWebVTT as error:
        raise NotUnderstood(f"What the command printed cannot be used. {error}") from error
    finally:
        sound.unlink(missing_ok=True)


async def watch(
    database: Database, found: CaptionDraft, work: asyncio.Task[str], listener: SpeechListener, seconds: float
) -> None:
    """Note how far the work has come until it is done, or nobody wants it any more."""
    while not work.done():
        await asyncio.wait([work], timeout=TOLD_EVERY_S)
        percent = min(99, int(100 * listener.reached_s / seconds))
        async with database.writing() as db:
            if not await caption_drafts.go_on(db, found, percent, datetime.now(UTC)):
                raise NotUnderstood("Nobody wants this draft any more.")


async def take_sound(airing: Airing, target: Path) -> None:
    """Have the media process, which alone knows codecs, decode the whole sound. Raises NotUnderstood."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sound = [(run.begins_s, [str(airing.directory / name) for name in run.files]) for run in airing.source.sound_runs]
    command = [sys.executable, "-m", "rooms.media", "sound", "--to", str(target)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=STDOUT)
    try:
        said, _ = await process.communicate(json.dumps(sound).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        log.warning("sound could not be read", path=str(airing.directory), why=said.decode(errors="replace").strip())
        raise NotUnderstood("The sound of this recording cannot be read.")
