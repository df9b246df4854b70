"""Checks every recording once its session is over, in a process of its own; the result is a row for the console."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from starlette.applications import Starlette

from rooms.recording import Stretch, missing
from server import programmes
from server.models import Session
from server.store import keeping, sessions
from server.store.database import Database

EVERY_S = 2.0
log = structlog.get_logger("plenary.recordings")


async def check_due(app: Starlette) -> None:
    """A duty: check one recording that is due."""
    database: Database = app.state.db
    now = datetime.now(UTC)
    async with database.writing() as db:
        session = await keeping.lease_check(db, now)
        pauses = await sessions.pauses_of(db, [session.id]) if session else {}
    if session is None:
        return
    wanted = [Stretch(pause.paused_at, pause.resumed_at or now) for pause in pauses.get(session.id, [])]
    directory = programmes.directory_of(app.state.settings, session)
    found = await look_over(directory)
    found["missing"] = missing_in(directory, session, wanted)
    async with database.writing() as db:
        await keeping.note_check(db, session.id, datetime.now(UTC), **found)
    log.info("recording checked", session=str(session.id), faults=found["faults"])


async def look_over(directory: Path) -> dict[str, Any]:
    """What `python -m rooms.media check` found: seconds, offset_ms and faults. Decoding is its work, not ours."""
    words = [sys.executable, "-m", "rooms.media", "check", str(directory)]
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


def missing_in(directory: Path, session: Session, pauses: Sequence[Stretch]) -> list[tuple[float, float]]:
    """Where nothing was kept between its beginning and its end, beside its pauses: pairs of seconds since 1970."""
    try:
        stretches = programmes.journal_at(directory, "video").stretches
    except FileNotFoundError:
        stretches = []
    return [(gap.begins_at.timestamp(), gap.ends_at.timestamp()) for gap in missing(stretches, pauses)]
