"""Checks every recording once its session is over, in a process of its own; the result is a row for the console."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from starlette.applications import Starlette

from rooms.playback.recording import SIGNED, SentStretch, missing
from server.models import Film, Session
from server.playback import films, programmes
from server.settings import Settings
from server.store import keeping, sessions
from server.store.engine.database import Database

EVERY_S = 2.0
GIVEN_UP_AFTER = timedelta(minutes=2)
"""So long after the session's end nobody completes its recording any more: we do."""
log = structlog.get_logger("plenary.recordings")


async def check_due(app: Starlette) -> datetime | None:
    """A duty: check each recording that is due; one that is not settled yet is looked at again."""
    database: Database = app.state.db
    now = datetime.now(UTC)
    async with database.reading() as db:
        due = await keeping.due_checks(db, now)
    for session in due:
        if is_settled(app.state.settings, session, now):
            async with database.writing() as db:
                is_ours = await keeping.lease_check(db, session.id, now)
            if is_ours:
                await check(database, app.state.settings, session)
    return now if due else None


def is_settled(settings: Settings, session: Session, now: datetime) -> bool:
    """Whether the recording says that it is complete, or nobody will ever say so: its recorder has died.

    A film always is.
    """
    if session.film_id:
        return True
    try:
        is_over = programmes.recording_at(programmes.directory_of(settings, session)).is_over
    except FileNotFoundError:
        is_over = False
    return is_over or (session.ended_at is not None and now - session.ended_at > GIVEN_UP_AFTER)


async def check(database: Database, settings: Settings, session: Session) -> None:
    """Check one recording, and note what was found."""
    found = await (look_at_film if session.film_id else look_at_stage)(database, settings, session)
    async with database.writing() as db:
        await keeping.note_check(db, session.id, datetime.now(UTC), **found)
    log.info("recording checked", session=str(session.id), faults=found["faults"])


async def look_at_film(database: Database, settings: Settings, session: Session) -> dict[str, Any]:
    """What was found in the film that a session played, and in the one in sign language beside it."""
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
    """What was found in what a stage sent, and the interpreter beside it."""
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
    """What `python -m rooms.media check` found: seconds, offset_ms and faults. Decoding is its work, not ours."""
    words = [sys.executable, "-m", "rooms.media", "check", option, str(directory)]
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        return {"faults": ["it could not be looked over"]}
    found: dict[str, Any] = json.loads(said)
    return found


def missing_in(directory: Path, pauses: Sequence[SentStretch]) -> list[tuple[float, float]]:
    """Where nothing was kept between its beginning and its end, beside the pauses: pairs of seconds since 1970."""
    try:
        stretches = programmes.journal_at(directory, "video").stretches
    except FileNotFoundError:
        stretches = []
    return [(gap.begins_at.timestamp(), gap.ends_at.timestamp()) for gap in missing(stretches, pauses)]
