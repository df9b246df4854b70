"""Films, and what a session sends out of one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.lifecycles import Pause
from server.models import Film, Session
from server.store.sessions import pauses_of


@dataclass(frozen=True)
class Broadcast:
    """A session that has begun, the film that it plays, and its pauses in order."""

    session: Session
    film: Film
    pauses: Sequence[Pause]


async def add(db: AsyncSession, event_id: uuid.UUID, title: str, directory: str, duration: float) -> Film:
    """A film that lies packaged in `directory`, below the data directory's `media/films`; `duration` in seconds."""
    film = Film(event_id=event_id, title=title, directory=directory, duration=duration)
    db.add(film)
    await db.flush()
    return film


async def film_of(db: AsyncSession, session: Session) -> Film | None:
    return await db.get(Film, session.film_id) if session.film_id else None


async def broadcast(db: AsyncSession, session: Session) -> Broadcast | None:
    """What a session plays; None before it begins, and without a film."""
    film = await film_of(db, session)
    if film is None or session.started_at is None:
        return None
    pauses = await pauses_of(db, [session.id])
    return Broadcast(session, film, pauses.get(session.id, []))


async def broadcast_with_key(db: AsyncSession, media_key: str) -> Broadcast | None:
    """What the session plays whose segments have this key in their address."""
    session = (await db.exec(select(Session).where(Session.media_key == media_key))).first()
    return None if session is None else await broadcast(db, session)
