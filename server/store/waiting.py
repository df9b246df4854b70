"""The queues of networking tables, read only: `seating` changes them."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import NetworkingTable, QueueEntry


async def entry_of(db: AsyncSession, table_id: uuid.UUID, person_id: uuid.UUID) -> QueueEntry | None:
    """A person's entry in a table's queue."""
    statement = select(QueueEntry).where(QueueEntry.table_id == table_id, QueueEntry.person_id == person_id)
    return (await db.exec(statement)).first()


async def entries_of(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> Sequence[QueueEntry]:
    """A person's entries in all queues of an event's lounge."""
    statement = (
        select(QueueEntry)
        .join(NetworkingTable, col(NetworkingTable.id) == col(QueueEntry.table_id))
        .where(NetworkingTable.event_id == event_id, QueueEntry.person_id == person_id)
    )
    return (await db.exec(statement)).all()


async def place_in_queue(db: AsyncSession, entry: QueueEntry) -> int:
    """The place of an entry in its queue, from 1."""
    ahead = select(func.count()).where(QueueEntry.table_id == entry.table_id, QueueEntry.joined_at < entry.joined_at)
    return (await db.exec(ahead)).one() + 1


async def overdue_offers(db: AsyncSession, now: datetime) -> Sequence[NetworkingTable]:
    """The tables at which an offer has run out."""
    statement = (
        select(NetworkingTable)
        .join(QueueEntry, col(QueueEntry.table_id) == col(NetworkingTable.id))
        .where(col(QueueEntry.offer_ends_at) <= now)
        .distinct()
    )
    return (await db.exec(statement)).all()
