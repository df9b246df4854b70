"""Checks every recording once its session is over, in a child process, and stores the findings for the console."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from starlette.applications import Starlette

from rooms.playback.recording import SIGNED, SentStretch, missing
from server.models import Film, Keeping, Session
from server.playback import films, programmes
from server.running import child
from server.running.child import ChildFailed
from server.running.jobs import HeldJob, JobKind, JobNotDue
from server.settings import Settings
from server.store import keeping, sessions
from server.store.engine.database import Database

LOOKED_AT_EVERY = timedelta(seconds=2)
GIVEN_UP_AFTER = timedelta(minutes=2)
"""A recording that its recorder has not completed by then, counted from the session's end, is completed here."""
log = structlog.get_logger("plenary.recordings")


async def check(app: Starlette, held: HeldJob) -> None:
    """Check the recording of a session, and store the findings. Raises JobNotDue while it may still grow."""
    database: Database = app.state.db
    settings: Settings = app.state.settings
    now = datetime.now(UTC)
    async with database.reading() as db:
        session = await db.get(Session, held.job.subject_id)
        is_kept = await db.get(Keeping, held.job.subject_id) is not None
    if session is None or session.state != "ended":
        return
    if not is_settled(settings, session, now):
        raise JobNotDue(now + LOOKED_AT_EVERY)
    if not is_kept:
        return
    found = await (look_at_film if session.film_id else look_at_stage)(database, settings, session)
    async with held.finishing() as db:
        await keeping.note_check(db, session.id, datetime.now(UTC), **found)
    log.info("recording checked", session=str(session.id), faults=found["faults"])


def is_settled(settings: Settings, session: Session, now: datetime) -> bool:
    """True once the recording grows no more. A film never grows, and a recorder marks its recording as complete.

    A recorder that has died never does so: its recording counts as settled `GIVEN_UP_AFTER` the session's end.
    """
    if session.film_id:
        return True
    try:
        is_over = programmes.recording_at(programmes.directory_of(settings, session)).is_over
    except FileNotFoundError:
        is_over = False
    return is_over or (session.ended_at is not None and now - session.ended_at > GIVEN_UP_AFTER)


async def look_at_film(database: Database, settings: Settings, session: Session) -> dict[str, Any]:
    """The findings in the film that a session played, and in the film in sign language beside it."""
    async with database.reading() as db:
        film = await db.get(Film, session.film_id)
        signed = await db.get(Film, session.signed_film_id) if session.signed_film_id else None
    if film is None:
        return {"faults": ["its film was deleted"]}
    found = await look_over(films.directory_of(settings, film), "--film")
    if signed:
        beside = await look_over(films.directory_of(settings, signed), "--film")
        found["faults"] += [f"the interpreter: {fault}" for fault in beside["faults"]]
    return found


async def look_at_stage(database: Database, settings: Settings, session: Session) -> dict[str, Any]:
    """The findings in the programme that a stage sent, and in the interpreter's picture beside it."""
    directory = programmes.directory_of(settings, session)
    async with database.reading() as db:
        pauses = (await sessions.pauses_of(db, [session.id])).get(session.id, [])
    wanted = [SentStretch(pause.paused_at, pause.resumed_at) for pause in pauses if pause.resumed_at]
    found = await look_over(directory, "--complete")
    if (directory / SIGNED).exists():
        beside = await look_over(directory / SIGNED, "--complete")
        found["faults"] += [f"the interpreter: {fault}" for fault in beside["faults"]]
    return {**found, "missing": missing_in(directory, wanted)}


async def look_over(directory: Path, option: str) -> dict[str, Any]:
    """The findings of `python -m rooms.media check`: seconds, offset_ms and faults."""
    try:
        said = await child.run([sys.executable, "-m", "rooms.media", "check", option, str(directory)])
    except ChildFailed as error:
        log.warning("a recording could not be looked over", path=str(directory), reason=str(error))
        return {"faults": ["it could not be looked over"]}
    found: dict[str, Any] = json.loads(said)
    return found


def missing_in(directory: Path, pauses: Sequence[SentStretch]) -> list[tuple[float, float]]:
    """The gaps in a recording, except the session's pauses, as pairs of seconds since 1970."""
    try:
        stretches = programmes.journal_at(directory, "video").stretches
    except FileNotFoundError:
        stretches = []
    return [(gap.begins_at.timestamp(), gap.ends_at.timestamp()) for gap in missing(stretches, pauses)]


RECORDING_CHECK = JobKind(keeping.CHECK, check)
