"""Announcements: what the organiser tells every open page of an event."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Announcement
from server.store.engine.revisions import event_room, raise_revision

RECENT = 10


async def send(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, text: str) -> Announcement:
    """Show a text (up to 280 characters) on every page of the event, in place of the one before."""
    announcement = Announcement(event_id=event_id, person_id=person_id, text=text)
    db.add(announcement)
    await raise_revision(db, event_room(event_id), "announcement")
    return announcement


async def withdraw(db: AsyncSession, event_id: uuid.UUID, announcement_id: uuid.UUID, now: datetime) -> bool:
    """Take an announcement back, and every older one with it; False when it was not there to take back."""
    withdrawn = await _still_shown(db, event_id, announcement_id)
    if withdrawn is None:
        return False
    await db.exec(
        update(Announcement)
        .where(
            col(Announcement.event_id) == event_id,
            col(Announcement.created_at) <= withdrawn.created_at,
            col(Announcement.withdrawn_at).is_(None),
        )
        .values(withdrawn_at=now)
    )
    await raise_revision(db, event_room(event_id), "announcement")
    return True


async def current(db: AsyncSession, event_id: uuid.UUID) -> Announcement | None:
    """The announcement that is shown."""
    return (await db.exec(select(Announcement).where(col(Announcement.id) == shown(event_id)))).first()


def shown(event_id: Any) -> ScalarSelect[uuid.UUID]:
    """The id of the announcement that is shown at an event, given by its id or a column: the newest not withdrawn."""
    return (
        select(Announcement.id)
        .where(Announcement.event_id == event_id, col(Announcement.withdrawn_at).is_(None))
        .order_by(col(Announcement.created_at).desc())
        .limit(1)
        .correlate_except(Announcement)
        .scalar_subquery()
    )


async def recent(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Announcement]:
    """The last few, newest first, withdrawn ones too."""
    statement = (
        select(Announcement)
        .where(Announcement.event_id == event_id)
        .order_by(col(Announcement.created_at).desc())
        .limit(RECENT)
    )
    return (await db.exec(statement)).all()


async def _still_shown(db: AsyncSession, event_id: uuid.UUID, announcement_id: uuid.UUID) -> Announcement | None:
    statement = select(Announcement).where(
        Announcement.id == announcement_id,
        Announcement.event_id == event_id,
        col(Announcement.withdrawn_at).is_(None),
    )
    return (await db.exec(statement)).first()
