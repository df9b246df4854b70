"""Networking tables as the organiser sets them up: their creation, their details and their removal."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import GrantRow, NetworkingTable, Seat, TableStay
from server.store import name_tags, organisers, seating, speakers
from server.store.engine.revisions import event_room, raise_revision


async def tables_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[NetworkingTable]:
    """Every table of an event in its order."""
    statement = (
        select(NetworkingTable)
        .where(NetworkingTable.event_id == event_id)
        .order_by(col(NetworkingTable.position), col(NetworkingTable.title))
    )
    return (await db.exec(statement)).all()


async def create(db: AsyncSession, event_id: uuid.UUID, **columns: Any) -> NetworkingTable:
    """Add a table after the last one."""
    last = (await db.exec(select(func.max(NetworkingTable.position)).where(NetworkingTable.event_id == event_id))).one()
    table = NetworkingTable(event_id=event_id, position=0 if last is None else last + 1, **columns)
    db.add(table)
    await db.flush()
    await speakers.give_host(db, table)
    await raise_revision(db, event_room(event_id), "lounge")
    return table


async def change(db: AsyncSession, table: NetworkingTable, *, now: datetime, **columns: Any) -> None:
    """Write a table's details. New seats are offered to the people who wait."""
    for name, value in columns.items():
        setattr(table, name, value)
    db.add(table)
    await db.flush()
    await speakers.give_host(db, table)
    await name_tags.redraw(db, [table.id])
    await seating.offer_new_seats(db, table, now=now)


async def seated_beyond(db: AsyncSession, table_id: uuid.UUID, seats: int) -> int:
    """The number of people in seats that the table would lose if it had only `seats`."""
    statement = select(func.count()).where(Seat.table_id == table_id, Seat.number > seats)
    return (await db.exec(statement)).one()


async def has_facts(db: AsyncSession, table_id: uuid.UUID) -> bool:
    """True when anybody has ever sat at the table: the report counts them."""
    return (await db.exec(select(func.count()).where(TableStay.table_id == table_id))).one() > 0


async def remove(db: AsyncSession, table: NetworkingTable) -> None:
    """Delete a table at which nobody has ever sat (see `has_facts`)."""
    await organisers.take_grants(db, col(GrantRow.role) == "host", col(GrantRow.scope_id) == table.id)
    await db.exec(delete(NetworkingTable).where(col(NetworkingTable.id) == table.id))
    await raise_revision(db, event_room(table.event_id), "lounge")
