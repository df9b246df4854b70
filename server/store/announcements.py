"""Announcements: the organiser's messages to every open page of an event."""

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
"""The number of announcements that the console lists."""


async def send(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, text: str) -> Announcement:
    """Show a text of at most 280 characters on every page of the event, in place of the announcement before it."""
    announcement = Announcement(event_id=event_id, person_id=person_id, text=text)
    db.add(announcement)
    await raise_revision(db, event_room(event_id), "announcement")
    return announcement


async def withdraw(db: AsyncSession, event_id: uuid.UUID, announcement_id: uuid.UUID, now: datetime) -> bool:
    """Withdraw an announcement and every older one. False when it is unknown, or withdrawn already."""
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
    """The id, as a subquery, of the announcement that an event shows: the newest that is not withdrawn.

    `event_id` is the event's id, or a column that holds it.
    """
    return (
        select(Announcement.id)
        .where(Announcement.event_id == event_id, col(Announcement.withdrawn_at).is_(None))
        .order_by(col(Announcement.created_at).desc())
        .limit(1)
        .correlate_except(Announcement)
        .scalar_subquery()
    )


async def recent(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Announcement]:
    """The latest announcements, the newest first, including those that are withdrawn."""
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
