"""Seating: taking a seat, leaving it, waiting for one and being offered one.

The seating of one event changes one act at a time: each act first locks the rows of the event's tables, in one order.
Constraints of the database hold besides that no seat has two people, and no person two seats.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, NetworkingTable, QueueEntry, Seat, TableStay
from server.store import name_tags
from server.store.engine.revisions import event_room, raise_revision, table_room
from server.store.waiting import entries_of, entry_of

OFFER_S = 60
"""Seconds for which a seat is kept for the person to whom it is offered."""
ABSENT = timedelta(minutes=5)
"""The time for which a person may be away from the table before their seat is offered to the people who wait."""


class SeatRefused(Exception):
    """The act is not possible (any more).

    `reason` is closed, event closed, full, free, seated, not seated, waiting or no offer.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def take_seat(
    db: AsyncSession, table: NetworkingTable, person_id: uuid.UUID, *, shows_name: bool = False, now: datetime
) -> int:
    """Take a seat and leave the seat at any other table, in one act. Returns the number of the seat.

    A person who is offered a seat takes that one. Raises SeatRefused (closed, event closed, full). The others at the
    table see the person by name only with `shows_name`.
    """
    tables = await _locked(db, table.event_id)
    await _must_be_open(db, tables[table.id])
    mine = await seat_of(db, table.event_id, person_id)
    if mine is not None and mine.table_id == table.id:
        return mine.number
    entry = await entry_of(db, table.id, person_id)
    free = await _free_numbers(db, tables[table.id])
    number = entry.offered_number if entry and entry.offered_number else next(iter(free), None)
    if number is None:
        raise SeatRefused("full")
    if entry is not None:
        await db.delete(entry)
    await name_tags.put_on(db, table.id, person_id, shows_name=shows_name)
    await _sit(db, table, person_id, number, mine, now)
    if mine is not None:
        await _offer_free_seats(db, tables[mine.table_id], now)
        await _announce(db, tables[mine.table_id])
    return number


async def _sit(
    db: AsyncSession, table: NetworkingTable, person_id: uuid.UUID, number: int, left: Seat | None, now: datetime
) -> None:
    if left is not None:
        await _stand_up(db, left, now)
    db.add(
        Seat(event_id=table.event_id, table_id=table.id, number=number, person_id=person_id, taken_at=now, seen_at=now)
    )
    db.add(TableStay(table_id=table.id, person_id=person_id, sat_at=now))
    await db.flush()
    await _announce(db, table)


async def leave_seat(db: AsyncSession, table: NetworkingTable, person_id: uuid.UUID, *, now: datetime) -> None:
    """Leave the seat, which is offered to the first person who waits. Raises SeatRefused (not seated)."""
    tables = await _locked(db, table.event_id)
    mine = await seat_of(db, table.event_id, person_id)
    if mine is None or mine.table_id != table.id:
        raise SeatRefused("not seated")
    await _stand_up(db, mine, now)
    await _offer_free_seats(db, tables[table.id], now)
    await _announce(db, table)


async def free_seat(db: AsyncSession, table: NetworkingTable, number: int, *, now: datetime) -> None:
    """Free the seat of a person who does not leave it, on the host's word. Raises SeatRefused (not seated)."""
    taken = (await db.exec(select(Seat.person_id).where(Seat.table_id == table.id, Seat.number == number))).first()
    if taken is None:
        raise SeatRefused("not seated")
    await leave_seat(db, table, taken, now=now)


async def keep_seat(db: AsyncSession, table_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> bool:
    """Note that a person has their table open now; False when they are not seated there."""
    kept = await db.exec(
        update(Seat).where(col(Seat.table_id) == table_id, col(Seat.person_id) == person_id).values(seen_at=now)
    )
    return bool(kept.rowcount == 1)


async def abandoned_seats(db: AsyncSession, now: datetime) -> Sequence[tuple[NetworkingTable, uuid.UUID]]:
    """The tables where a person waits without an offer, each with a seated person who has been away too long."""
    waited_for = select(QueueEntry.table_id).where(col(QueueEntry.offered_number).is_(None))
    statement = (
        select(NetworkingTable, Seat.person_id)
        .join(Seat, col(Seat.table_id) == col(NetworkingTable.id))
        .where(col(Seat.seen_at) <= now - ABSENT, col(NetworkingTable.id).in_(waited_for))
    )
    return (await db.exec(statement)).all()


async def renew(db: AsyncSession, now: datetime) -> None:
    """Begin anew, at all events, the time for which seats are kept and offered."""
    offered = select(NetworkingTable).where(
        col(NetworkingTable.id).in_(select(QueueEntry.table_id).where(col(QueueEntry.offered_number).is_not(None)))
    )
    tables = (await db.exec(offered.order_by(col(NetworkingTable.event_id), col(NetworkingTable.id)))).all()
    for event_id in dict.fromkeys(table.event_id for table in tables):
        await _locked(db, event_id)
    await db.exec(update(Seat).values(seen_at=now))
    await db.exec(
        update(QueueEntry)
        .where(col(QueueEntry.offered_number).is_not(None))
        .values(offer_ends_at=now + timedelta(seconds=OFFER_S))
    )
    for table in tables:
        await _announce(db, table)


async def _stand_up(db: AsyncSession, seat: Seat, now: datetime) -> None:
    await db.delete(seat)
    await db.flush()
    await db.exec(
        update(TableStay)
        .where(
            col(TableStay.table_id) == seat.table_id,
            col(TableStay.person_id) == seat.person_id,
            col(TableStay.left_at).is_(None),
        )
        .values(left_at=now)
    )


async def join_queue(db: AsyncSession, table: NetworkingTable, person_id: uuid.UUID, *, now: datetime) -> None:
    """Wait for a seat. Raises SeatRefused (closed, event closed, free, seated, waiting).

    Free means that a seat can be taken now.
    """
    tables = await _locked(db, table.event_id)
    await _must_be_open(db, tables[table.id])
    mine = await seat_of(db, table.event_id, person_id)
    if mine is not None and mine.table_id == table.id:
        raise SeatRefused("seated")
    if await entry_of(db, table.id, person_id) is not None:
        raise SeatRefused("waiting")
    if await _free_numbers(db, tables[table.id]):
        raise SeatRefused("free")
    db.add(QueueEntry(table_id=table.id, person_id=person_id, joined_at=now))
    await _announce(db, table)


async def leave_queue(db: AsyncSession, table: NetworkingTable, person_id: uuid.UUID, *, now: datetime) -> None:
    """Leave the queue or decline an offer: the next person is offered the seat. Raises SeatRefused (no offer)."""
    tables = await _locked(db, table.event_id)
    entry = await entry_of(db, table.id, person_id)
    if entry is None:
        raise SeatRefused("no offer")
    await db.delete(entry)
    await _offer_free_seats(db, tables[table.id], now)
    await _announce(db, table)


async def accept_offer(
    db: AsyncSession, table: NetworkingTable, person_id: uuid.UUID, *, shows_name: bool = False, now: datetime
) -> int:
    """Take the seat that is offered. Returns its number. Raises SeatRefused (closed, event closed, no offer)."""
    entry = await entry_of(db, table.id, person_id)
    if entry is None or entry.offer_ends_at is None or entry.offer_ends_at <= now:
        raise SeatRefused("no offer")
    return await take_seat(db, table, person_id, shows_name=shows_name, now=now)


async def pass_on_overdue_offers(db: AsyncSession, table: NetworkingTable, now: datetime) -> None:
    """Take the people whose offer has run out off the queue, and offer their seats to the next."""
    tables = await _locked(db, table.event_id)
    overdue = col(QueueEntry.offer_ends_at) <= now
    lapsed = await db.exec(delete(QueueEntry).where(col(QueueEntry.table_id) == table.id, overdue))
    if lapsed.rowcount:
        await _offer_free_seats(db, tables[table.id], now)
        await _announce(db, table)


async def close_table(db: AsyncSession, table: NetworkingTable, *, now: datetime) -> None:
    """Close a table: everybody leaves their seat and the queue."""
    await _locked(db, table.event_id)
    await db.exec(delete(Seat).where(col(Seat.table_id) == table.id))
    await db.exec(delete(QueueEntry).where(col(QueueEntry.table_id) == table.id))
    await db.exec(
        update(TableStay)
        .where(col(TableStay.table_id) == table.id, col(TableStay.left_at).is_(None))
        .values(left_at=now)
    )
    await db.exec(update(NetworkingTable).where(col(NetworkingTable.id) == table.id).values(state="closed"))
    await _announce(db, table)


async def open_table(db: AsyncSession, table: NetworkingTable) -> None:
    """Open a table: its seats can be taken."""
    await db.exec(update(NetworkingTable).where(col(NetworkingTable.id) == table.id).values(state="open"))
    await _announce(db, table)


async def offer_new_seats(db: AsyncSession, table: NetworkingTable, *, now: datetime) -> None:
    """Offer the seats that were added to a table to the people who wait."""
    tables = await _locked(db, table.event_id)
    await _offer_free_seats(db, tables[table.id], now)
    await _announce(db, table)


async def leave_lounge(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """Give up a person's seat in the lounge, and their place in every queue."""
    tables = await _locked(db, event_id)
    left = set()
    seat = await seat_of(db, event_id, person_id)
    if seat is not None:
        await _stand_up(db, seat, now)
        left.add(seat.table_id)
    for entry in await entries_of(db, event_id, person_id):
        await db.delete(entry)
        left.add(entry.table_id)
    for table_id in left:
        await _offer_free_seats(db, tables[table_id], now)
        await _announce(db, tables[table_id])


async def seat_of(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> Seat | None:
    """The seat of a person at an event."""
    return (await db.exec(select(Seat).where(Seat.event_id == event_id, Seat.person_id == person_id))).first()


async def _locked(db: AsyncSession, event_id: uuid.UUID) -> dict[uuid.UUID, NetworkingTable]:
    """The event's tables as they are now, locked until the commit. On SQLite the one writer is the lock."""
    statement = (
        select(NetworkingTable)
        .where(NetworkingTable.event_id == event_id)
        .order_by(col(NetworkingTable.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {table.id: table for table in await db.exec(statement)}


async def _must_be_open(db: AsyncSession, table: NetworkingTable) -> None:
    if table.state != "open":
        raise SeatRefused("closed")
    if (await db.exec(select(Event.state).where(Event.id == table.event_id))).one() == "closed":
        raise SeatRefused("event closed")


async def _free_numbers(db: AsyncSession, table: NetworkingTable) -> list[int]:
    """The numbers of the seats that are neither taken nor kept, in order."""
    await db.flush()
    taken = set(await db.exec(select(Seat.number).where(Seat.table_id == table.id)))
    kept = set(await db.exec(select(QueueEntry.offered_number).where(QueueEntry.table_id == table.id)))
    return [number for number in range(1, table.seats + 1) if number not in taken | kept]


async def _offer_free_seats(db: AsyncSession, table: NetworkingTable, now: datetime) -> None:
    """Offer the free seats to the people who have waited longest."""
    free = await _free_numbers(db, table)
    statement = (
        select(QueueEntry)
        .where(QueueEntry.table_id == table.id, col(QueueEntry.offered_number).is_(None))
        .order_by(col(QueueEntry.joined_at))
        .limit(len(free))
    )
    for number, entry in zip(free, await db.exec(statement), strict=False):
        entry.offered_number, entry.offer_ends_at = number, now + timedelta(seconds=OFFER_S)
        db.add(entry)
    await db.flush()


async def _announce(db: AsyncSession, table: NetworkingTable) -> None:
    await raise_revision(db, table_room(table.id), "seats")
    await raise_revision(db, event_room(table.event_id), "lounge")
