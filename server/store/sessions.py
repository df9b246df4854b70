"""A session's lifecycle: its moves, those of its recording, and those that the clock makes."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.playback.simulive import Pause
from server.models import Event, Film, Session, SessionPause
from server.rules.lifecycles import RECORDING, SESSION, TAKEN_UP_WITHIN, SessionHours, end_due
from server.store import keeping, rights
from server.store.engine.revisions import event_room, raise_revision, session_room

MEDIA_KEY_BYTES = 16


def new_media_key() -> str:
    """128 random bits as hex, so that nobody can guess a segment's address."""
    return secrets.token_hex(MEDIA_KEY_BYTES)


async def move(db: AsyncSession, session: Session, name: str, *, now: datetime) -> bool:
    """Make a move of `lifecycles.SESSION`; False when the session's state does not allow it (any more).

    Raises KeyError for a move that is not in the table.
    """
    step = SESSION[name]
    allowed = [col(Session.id) == session.id, col(Session.state).in_(step.sources)]
    if name == "take-up":
        allowed.append(col(Session.ended_at) > now - TAKEN_UP_WITHIN)
    moved = await db.exec(
        update(Session).where(*allowed).values(state=step.target, **await _stamps(db, session, name, now))
    )
    if moved.rowcount != 1:
        return False
    await _keep_pauses(db, session.id, name, now)
    if name == "end" and (session.film_id or session.stage_id):
        await keeping.ask_check(db, session, now)
    if name in ("end", "take-up"):
        rights.changed(db, sessions=[session.id])
    await announce(db, session)
    return True


async def _stamps(db: AsyncSession, session: Session, name: str, now: datetime) -> dict[str, Any]:
    """The columns that a move writes beside the state."""
    match name:
        case "start":
            return {"started_at": now}
        case "end":
            event = await db.get_one(Event, session.event_id)
            made = "open" if event.recordings_open == "at once" else "ready"
            has_one = or_(col(Session.film_id).is_not(None), col(Session.stage_id).is_not(None))
            recording = case((has_one, made), else_=col(Session.recording))
            return {"ended_at": now, "recording": recording}
        case "take-up":  # a session whose time is over would be ended again at once
            auto = case((col(Session.ends_at) > now, col(Session.auto)), else_=False)
            return {"ended_at": None, "recording": "none", "auto": auto}
        case _:
            return {}


async def _keep_pauses(db: AsyncSession, session_id: uuid.UUID, name: str, now: datetime) -> None:
    if name == "pause":
        db.add(SessionPause(session_id=session_id, paused_at=now))
    elif name in ("resume", "end"):
        await db.exec(
            update(SessionPause)
            .where(col(SessionPause.session_id) == session_id, col(SessionPause.resumed_at).is_(None))
            .values(resumed_at=now)
        )


async def move_recording(db: AsyncSession, session: Session, name: str) -> bool:
    """Open or withdraw a recording. Withdrawing changes the addresses of its segments for good."""
    step = RECORDING[name]
    changed: dict[str, Any] = {"recording": step.target}
    if name == "withdraw":
        changed["media_key"] = new_media_key()
    moved = await db.exec(
        update(Session).where(col(Session.id) == session.id, col(Session.recording).in_(step.sources)).values(**changed)
    )
    if moved.rowcount != 1:
        return False
    rights.changed(db, sessions=[session.id])
    await announce(db, session)
    return True


async def announce(db: AsyncSession, session: Session) -> None:
    """Announce a change of this session to the rooms that show it."""
    await raise_revision(db, session_room(session.id), "status")
    await raise_revision(db, event_room(session.event_id), "agenda")


async def running(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Session]:
    """The sessions of an event that are live or paused."""
    statement = select(Session).where(Session.event_id == event_id, col(Session.state).in_(("live", "paused")))
    return (await db.exec(statement)).all()


async def due_to_start(db: AsyncSession, now: datetime) -> Sequence[Session]:
    """The sessions of open events that the clock starts now. A session whose end has passed waits for a person."""
    statement = (
        select(Session)
        .join(Event, col(Event.id) == col(Session.event_id))
        .where(
            Session.state == "scheduled",
            col(Session.auto).is_(True),
            col(Session.starts_at) <= now,
            col(Session.ends_at) > now,
            Event.state == "open",
        )
    )
    return (await db.exec(statement)).all()


async def due_to_end(db: AsyncSession, now: datetime) -> list[Session]:
    """The live sessions that the clock ends now. A paused session waits for a person."""
    statement = (
        select(Session, Film)
        .outerjoin(Film, col(Film.id) == col(Session.film_id))
        .where(Session.state == "live", col(Session.auto).is_(True), col(Session.ends_at) <= now)
    )
    over = (await db.exec(statement)).all()
    pauses = await pauses_of(db, [session.id for session, _ in over])
    return [session for session, film in over if _end_due(session, film, pauses.get(session.id, []), now) <= now]


def _end_due(session: Session, film: Film | None, pauses: list[Pause], now: datetime) -> datetime:
    length = timedelta(seconds=film.duration) if film else None
    hours = SessionHours(session.starts_at, session.ends_at, session.started_at or session.starts_at)
    return end_due(hours, pauses, length, now)


async def pauses_of(db: AsyncSession, session_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Pause]]:
    """The pauses of these sessions, in order."""
    if not session_ids:
        return {}
    rows = await db.exec(
        select(SessionPause).where(col(SessionPause.session_id).in_(session_ids)).order_by(col(SessionPause.paused_at))
    )
    pauses: dict[uuid.UUID, list[Pause]] = {}
    for row in rows:
        pauses.setdefault(row.session_id, []).append(Pause(row.paused_at, row.resumed_at))
    return pauses


async def trim(db: AsyncSession, session: Session, begins_s: float, ends_s: float | None) -> None:
    """Trim a recording to the part between these seconds of the film, under new addresses."""
    session.trim_start, session.trim_end, session.media_key = begins_s, ends_s, new_media_key()
    db.add(session)
    rights.changed(db, sessions=[session.id])
    await announce(db, session)
