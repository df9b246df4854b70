"""Films, and what a session sends out of one."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.playback.simulive import Pause
from server.models import Event, Film, Keeping, Session
from server.store.sessions import pauses_of


@dataclass(frozen=True)
class StoredAiring:
    """A session that has begun, its event, the film that it plays, if any, and its pauses in order."""

    event: Event
    session: Session
    film: Film | None
    signed: Film | None
    """The film in sign language beside it."""
    pauses: Sequence[Pause]
    stored: Mapping[str, int]
    """How many segments of each rendition of its broadcast the object store has."""


async def add(db: AsyncSession, event_id: uuid.UUID, title: str, directory: str, duration: float) -> Film:
    """A film that lies packaged in `directory`, below the data directory's `media/films`; `duration` in seconds."""
    film = Film(event_id=event_id, title=title, directory=directory, duration=duration)
    db.add(film)
    await db.flush()
    return film


async def film_of(db: AsyncSession, session: Session) -> Film | None:
    return await db.get(Film, session.film_id) if session.film_id else None


async def airing_at(db: AsyncSession, event: str, session: str) -> StoredAiring | None:
    """What the session with these slugs plays; None before it begins."""
    return await _airing(db, Event.slug == event, Session.slug == session)


async def airing_with_key(db: AsyncSession, media_key: str) -> StoredAiring | None:
    """What the session plays whose segments have this key in their address."""
    return await _airing(db, Session.media_key == media_key)


async def _airing(db: AsyncSession, *which: ColumnElement[bool] | bool) -> StoredAiring | None:
    statement = (
        select(Event, Session, Film)
        .join(Session, col(Session.event_id) == col(Event.id))
        .outerjoin(Film, col(Film.id) == col(Session.film_id))
        .where(*which, col(Session.started_at).is_not(None))
    )
    found = (await db.exec(statement)).first()
    if found is None:
        return None
    event, session, film = found
    pauses = await pauses_of(db, [session.id])
    kept = await db.get(Keeping, session.id) if film is None else None
    stored: Mapping[str, int] = kept.stored if kept and kept.stored_key == session.media_key else {}
    signed = await db.get(Film, session.signed_film_id) if session.signed_film_id else None
    return StoredAiring(event, session, film, signed, pauses.get(session.id, []), stored)
