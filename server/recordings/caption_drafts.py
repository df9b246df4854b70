"""Drafts captions by speech recognition, one film at a time, where the installation has a command for it."""

import asyncio
import json
import sys
from pathlib import Path

import structlog
from starlette.applications import Starlette

from rooms.playback.webvtt import NotWebVTT, write_webvtt
from server.models import Event, Session
from server.playback.airings import Airing, Airings
from server.recordings import captions
from server.recordings.speech_to_text import NotUnderstood, SpeechListener
from server.running import child
from server.running.child import ChildFailed
from server.running.jobs import HeldJob, JobFailed, JobKind
from server.settings import Settings
from server.store import caption_drafts

TOLD_EVERY_S = 1.0
AT_LEAST_S = 600.0
SLOWEST = 6.0
"""A command is stopped after this many times the length of the sound, but not before `AT_LEAST_S`."""
log = structlog.get_logger("plenary.captions")


async def draft(app: Starlette, held: HeldJob) -> None:
    """Have the sound of a session's film recognised, and store the draft. Raises JobFailed."""
    settings: Settings = app.state.settings
    airings: Airings = app.state.airings
    async with app.state.db.reading() as db:
        session = await db.get(Session, held.job.subject_id)
        event = await db.get_one(Event, session.event_id) if session else None
    airing = await airings.at(event.slug, session.slug) if session and event else None
    if session is None or airing is None or airing.directory.name != held.job.version:
        raise JobFailed("What was to be listened to is not there any more.")
    sound = settings.data.absolute() / "media" / "sound" / f"{session.id}.wav"
    try:
        await take_sound(airing, sound)
        text = await listen(settings, held, sound, airing.source.cut.film_length_s)
    except NotUnderstood as error:
        raise JobFailed(str(error)) from error
    finally:
        sound.unlink(missing_ok=True)
    async with held.finishing() as db:
        await caption_drafts.put(db, session.id, held.job.version, text)


async def listen(settings: Settings, held: HeldJob, sound: Path, length_s: float) -> str:
    """The speech in a WAVE file of this length, as WebVTT. Raises NotUnderstood."""
    listener = SpeechListener(settings)
    work = asyncio.create_task(listener.listen(sound, max(AT_LEAST_S, SLOWEST * length_s)))
    try:
        while not work.done():
            await asyncio.wait([work], timeout=TOLD_EVERY_S)
            held.progress(min(99, int(100 * listener.reached_s / length_s)), 100)
        return write_webvtt(captions.check(work.result(), length_s))
    except NotWebVTT as error:
        raise NotUnderstood(f"What the command printed cannot be used. {error}") from error
    finally:
        work.cancel()
        await asyncio.wait([work])


async def take_sound(airing: Airing, target: Path) -> None:
    """Decode the whole sound into a WAVE file, in a child process. Raises NotUnderstood."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sound = [(run.begins_s, [str(airing.directory / name) for name in run.files]) for run in airing.source.sound_runs]
    words = [sys.executable, "-m", "rooms.media", "sound", "--to", str(target)]
    try:
        await child.run(words, given=json.dumps(sound).encode())
    except ChildFailed as error:
        log.warning("sound could not be read", path=str(airing.directory), reason=str(error))
        raise NotUnderstood("The sound of this recording cannot be read.") from error


CAPTION_DRAFT = JobKind(caption_drafts.KIND, draft)
