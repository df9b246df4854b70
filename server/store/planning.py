"""Sessions as the organiser plans them: their creation, details and removal, with their hours, speakers and track."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import (
    Attendance,
    DroppedFrames,
    Event,
    Film,
    NetworkingTable,
    Reaction,
    Session,
    SessionSpeaker,
    WatchInterval,
    WatchProgress,
)
from server.rules.slugs import free_slug
from server.store.engine.revisions import event_room, raise_revision
from server.store.sessions import announce, new_media_key

RESERVED = {"new"}
"""Slugs that no session may have, because the console uses them in its addresses."""


async def create_session(
    db: AsyncSession, event: Event, speaker_ids: Sequence[uuid.UUID], *, slug: str, **columns: Any
) -> Session:
    """Add a session to the agenda. A slug that is taken gets a number."""
    taken = RESERVED | set(await db.exec(select(Session.slug).where(Session.event_id == event.id)))
    session = Session(event_id=event.id, media_key=new_media_key(), slug=free_slug(slug, taken, "session"), **columns)
    db.add(session)
    await db.flush()
    await _set_speakers(db, session, speaker_ids)
    await announce(db, session)
    return session


async def change_session(db: AsyncSession, session: Session, speaker_ids: Sequence[uuid.UUID], **columns: Any) -> None:
    """Write a session's details. Its state and its actual start and end are not among them: its moves write them."""
    for name, value in columns.items():
        setattr(session, name, value)
    db.add(session)
    await _set_speakers(db, session, speaker_ids)
    await announce(db, session)


async def _set_speakers(db: AsyncSession, session: Session, speaker_ids: Sequence[uuid.UUID]) -> None:
    await db.exec(delete(SessionSpeaker).where(col(SessionSpeaker.session_id) == session.id))
    db.add_all(
        SessionSpeaker(session_id=session.id, speaker_id=speaker_id, position=position)
        for position, speaker_id in enumerate(speaker_ids)
    )


async def delete_session(db: AsyncSession, session: Session) -> None:
    """Delete a session for good (see `has_facts`)."""
    await db.exec(delete(Session).where(col(Session.id) == session.id))
    await raise_revision(db, event_room(session.event_id), "agenda")


async def has_facts(db: AsyncSession, session_id: uuid.UUID) -> bool:
    """True when people have left facts in the session: the report counts them, so it is not deleted."""
    relations: list[type[SQLModel]] = [Attendance, Reaction, WatchProgress, WatchInterval, DroppedFrames]
    for relation in relations:
        of_session: Any = relation.__table__.c.session_id == session_id  # type: ignore[attr-defined]
        if (await db.exec(select(func.count()).select_from(relation).where(of_session))).one():
            return True
    return False


async def slug_taken(db: AsyncSession, event_id: uuid.UUID, slug: str, session_id: uuid.UUID | None) -> bool:
    """True when another session of the event, or the console itself, has this slug."""
    if slug in RESERVED:
        return True
    statement = select(Session.id).where(Session.event_id == event_id, Session.slug == slug, Session.id != session_id)
    return (await db.exec(statement)).first() is not None


async def speaker_ids_of(db: AsyncSession, session_id: uuid.UUID) -> list[uuid.UUID]:
    """The ids of a session's speakers, in their order."""
    statement = (
        select(SessionSpeaker.speaker_id)
        .where(SessionSpeaker.session_id == session_id)
        .order_by(col(SessionSpeaker.position))
    )
    return list(await db.exec(statement))


async def films_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Film]:
    """The films of an event."""
    return (await db.exec(select(Film).where(Film.event_id == event_id).order_by(col(Film.title)))).all()


async def sessions_of_track(db: AsyncSession, track_id: uuid.UUID) -> int:
    """The number of sessions in a track."""
    return (await db.exec(select(func.count()).where(Session.track_id == track_id))).one()


async def sessions_of_speaker(db: AsyncSession, speaker_id: uuid.UUID) -> Sequence[Session]:
    """The sessions of a speaker, in the order of time."""
    statement = (
        select(Session)
        .join(SessionSpeaker, col(SessionSpeaker.session_id) == col(Session.id))
        .where(SessionSpeaker.speaker_id == speaker_id)
        .order_by(col(Session.starts_at))
    )
    return (await db.exec(statement)).all()


async def tables_of_speaker(db: AsyncSession, speaker_id: uuid.UUID) -> Sequence[NetworkingTable]:
    """The tables that a speaker hosts."""
    statement = (
        select(NetworkingTable)
        .where(NetworkingTable.speaker_id == speaker_id)
        .order_by(col(NetworkingTable.position), col(NetworkingTable.title))
    )
    return (await db.exec(statement)).all()
