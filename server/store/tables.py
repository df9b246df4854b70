"""The tables of a lounge as people see them, and the messages written at them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import NetworkingTable, QueueEntry, Seat, Speaker, TableMessage
from server.store import name_tags
from server.store.engine.revisions import raise_revision, table_room

LAST_MESSAGES = 50


class TableSeat(NamedTuple):
    """One seat: free, kept (for the person to whom it is offered) or taken.

    Only a taken seat has a name: the one under which the others see its person.
    """

    number: int
    state: str
    name: str = ""
    organisation: str = ""
    person_id: uuid.UUID | None = None


@dataclass(frozen=True)
class SetTable:
    """A table with its host, its seats in order, and the number of people who wait."""

    table: NetworkingTable
    host: Speaker | None
    seats: list[TableSeat] = field(default_factory=list)
    waiting: int = 0

    @property
    def free(self) -> int:
        return sum(seat.state == "free" for seat in self.seats)

    def is_hosted_by(self, person_id: uuid.UUID) -> bool:
        return self.host is not None and self.host.person_id == person_id

    def number_of(self, person_id: uuid.UUID) -> int | None:
        """The number of the seat of a person."""
        return next((seat.number for seat in self.seats if seat.person_id == person_id), None)


class TableLine(NamedTuple):
    """A message with the name under which the others see its author."""

    id: uuid.UUID
    person_id: uuid.UUID
    name: str
    text: str
    sent_at: datetime


async def lounge(db: AsyncSession, event_id: uuid.UUID) -> list[SetTable]:
    """Every table of an event in its order."""
    statement = (
        select(NetworkingTable, Speaker)
        .outerjoin(Speaker, col(Speaker.id) == col(NetworkingTable.speaker_id))
        .where(NetworkingTable.event_id == event_id)
        .order_by(col(NetworkingTable.position), col(NetworkingTable.title))
    )
    return await _set(db, (await db.exec(statement)).all())


async def table_with(db: AsyncSession, event_id: uuid.UUID, table_id: uuid.UUID) -> SetTable | None:
    """One table of an event."""
    statement = (
        select(NetworkingTable, Speaker)
        .outerjoin(Speaker, col(Speaker.id) == col(NetworkingTable.speaker_id))
        .where(NetworkingTable.event_id == event_id, NetworkingTable.id == table_id)
    )
    return next(iter(await _set(db, (await db.exec(statement)).all())), None)


async def _set(db: AsyncSession, rows: Sequence[tuple[NetworkingTable, Speaker | None]]) -> list[SetTable]:
    ids = [table.id for table, _ in rows]
    taken = await _taken(db, ids)
    kept, waiting = await _queues(db, ids)
    return [
        SetTable(table, host, _seats(table, taken.get(table.id, {}), kept), waiting.get(table.id, 0))
        for table, host in rows
    ]


def _seats(table: NetworkingTable, taken: dict[int, TableSeat], kept: set[tuple[uuid.UUID, int]]) -> list[TableSeat]:
    """The seats in order. A taken seat beyond the last one, from before the table shrank, is among them."""
    numbers = {*range(1, table.seats + 1), *taken}
    return [
        taken.get(number) or TableSeat(number, "kept" if (table.id, number) in kept else "free")
        for number in sorted(numbers)
    ]


async def _taken(db: AsyncSession, table_ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[int, TableSeat]]:
    seats = (await db.exec(select(Seat).where(col(Seat.table_id).in_(table_ids)))).all()
    names = await name_tags.shown_at(db, table_ids, {seat.person_id for seat in seats})
    taken: dict[uuid.UUID, dict[int, TableSeat]] = {}
    for seat in seats:
        shown = names.get((seat.table_id, seat.person_id), name_tags.UNNAMED)
        taken.setdefault(seat.table_id, {})[seat.number] = TableSeat(seat.number, "taken", *shown, seat.person_id)
    return taken


async def _queues(
    db: AsyncSession, table_ids: list[uuid.UUID]
) -> tuple[set[tuple[uuid.UUID, int]], dict[uuid.UUID, int]]:
    """The seats that are kept, and the number of people in the queue of each table, offers included."""
    rows = (await db.exec(select(QueueEntry).where(col(QueueEntry.table_id).in_(table_ids)))).all()
    kept = {(row.table_id, row.offered_number) for row in rows if row.offered_number is not None}
    waiting: dict[uuid.UUID, int] = {}
    for row in rows:
        waiting[row.table_id] = waiting.get(row.table_id, 0) + 1
    return kept, waiting


async def say(db: AsyncSession, table_id: uuid.UUID, person_id: uuid.UUID, text: str) -> None:
    """Add a message of at most 500 characters, for the people who are seated."""
    db.add(TableMessage(table_id=table_id, person_id=person_id, text=text))
    await raise_revision(db, table_room(table_id), "messages")


async def remove_message(db: AsyncSession, table_id: uuid.UUID, message_id: uuid.UUID) -> bool:
    """Delete a message; False when there is none."""
    removed = await db.exec(
        delete(TableMessage).where(col(TableMessage.id) == message_id, col(TableMessage.table_id) == table_id)
    )
    if removed.rowcount != 1:
        return False
    await raise_revision(db, table_room(table_id), "messages")
    return True


async def author_of(db: AsyncSession, table_id: uuid.UUID, message_id: uuid.UUID) -> uuid.UUID | None:
    """The author of a message; None when there is no such message at this table."""
    statement = select(TableMessage.person_id).where(TableMessage.id == message_id, TableMessage.table_id == table_id)
    return (await db.exec(statement)).first()


async def last_messages(db: AsyncSession, table_id: uuid.UUID) -> list[TableLine]:
    """The newest 50 messages, the oldest of them first."""
    statement = (
        select(TableMessage)
        .where(TableMessage.table_id == table_id)
        .order_by(col(TableMessage.sent_at).desc(), col(TableMessage.id))
        .limit(LAST_MESSAGES)
    )
    said = (await db.exec(statement)).all()
    names = await name_tags.shown_at(db, [table_id], {each.person_id for each in said})

    def name_of(author: uuid.UUID) -> str:
        return names.get((table_id, author), name_tags.UNNAMED).name

    return [TableLine(each.id, each.person_id, name_of(each.person_id), each.text, each.sent_at) for each in said[::-1]]


async def seated_at(db: AsyncSession, table_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """The people who sit at a table, and its host."""
    seated = select(Seat.person_id).where(Seat.table_id == table_id)
    hosting = (
        select(Speaker.person_id)
        .join(NetworkingTable, col(NetworkingTable.speaker_id) == col(Speaker.id))
        .where(NetworkingTable.id == table_id)
    )
    found = [*await db.exec(seated), *await db.exec(hosting)]
    return frozenset(person for person in found if person is not None)


async def is_seated(db: AsyncSession, table_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """True when the person is seated at the table, or its host."""
    seated = select(Seat.id).where(Seat.table_id == table_id, Seat.person_id == person_id)
    hosting = (
        select(NetworkingTable.id)
        .join(Speaker, col(Speaker.id) == col(NetworkingTable.speaker_id))
        .where(NetworkingTable.id == table_id, Speaker.person_id == person_id)
    )
    return any([(await db.exec(each)).first() is not None for each in (seated, hosting)])
