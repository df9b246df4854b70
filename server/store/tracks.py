"""The tracks of an agenda."""

import uuid
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Session, Track
from server.rules.slugs import free_slug
from server.store.engine.revisions import event_room, raise_revision


async def tracks_with_counts(db: AsyncSession, event_id: uuid.UUID) -> list[tuple[Track, int]]:
    """Every track of an event in order, with the number of its sessions."""
    statement = (
        select(Track, func.count(col(Session.id)))
        .outerjoin(Session, col(Session.track_id) == col(Track.id))
        .where(Track.event_id == event_id)
        .group_by(col(Track.id))
        .order_by(col(Track.position), col(Track.title))
    )
    return [(track, count) for track, count in await db.exec(statement)]


async def track_with(db: AsyncSession, event_id: uuid.UUID, track_id: uuid.UUID) -> Track | None:
    """A track of this event."""
    return (await db.exec(select(Track).where(Track.id == track_id, Track.event_id == event_id))).first()


async def title_taken(db: AsyncSession, event_id: uuid.UUID, title: str, track_id: uuid.UUID | None) -> bool:
    """True when another track of the event has this title, whatever the letter case."""
    statement = select(Track.id).where(
        Track.event_id == event_id, func.lower(col(Track.title)) == title.lower(), Track.id != track_id
    )
    return (await db.exec(statement)).first() is not None


async def create(db: AsyncSession, event_id: uuid.UUID, *, slug: str, **columns: Any) -> Track:
    """Add a track after the last one."""
    known = (await db.exec(select(Track).where(Track.event_id == event_id))).all()
    position = max((track.position for track in known), default=-1) + 1
    slug = free_slug(slug, {track.slug for track in known}, "track")
    track = Track(event_id=event_id, slug=slug, position=position, **columns)
    db.add(track)
    await raise_revision(db, event_room(event_id), "agenda")
    return track


async def change(db: AsyncSession, track: Track, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(track, name, value)
    db.add(track)
    await raise_revision(db, event_room(track.event_id), "agenda")


async def remove(db: AsyncSession, track: Track) -> None:
    """Delete a track. Its sessions stay, without a track."""
    await db.exec(delete(Track).where(col(Track.id) == track.id))
    await raise_revision(db, event_room(track.event_id), "agenda")
