"""Films, and the airings of sessions: the film that a session plays, and its pauses."""

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
    """A session that has begun, with its event, the film that it plays (None: its stage broadcasts) and its pauses."""

    event: Event
    session: Session
    film: Film | None
    signed: Film | None
    """The film in sign language beside the film."""
    pauses: Sequence[Pause]
    stored: Mapping[str, int]
    """The number of segments that the object store holds of each rendition of the broadcast."""


async def add(db: AsyncSession, event_id: uuid.UUID, title: str, directory: str, duration_s: float) -> Film:
    """Add a packaged film. `directory` is below the data directory's `media/films`."""
    film = Film(event_id=event_id, title=title, directory=directory, duration=duration_s)
    db.add(film)
    await db.flush()
    return film


async def film_of(db: AsyncSession, session: Session) -> Film | None:
    """The film that a session plays."""
    return await db.get(Film, session.film_id) if session.film_id else None


async def airing_at(db: AsyncSession, event: str, session: str) -> StoredAiring | None:
    """The airing of the session with these slugs; None before it begins."""
    return await _airing(db, Event.slug == event, Session.slug == session)


async def airing_with_key(db: AsyncSession, media_key: str) -> StoredAiring | None:
    """The airing of the session whose segments have this media key in their address; None before it begins."""
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
