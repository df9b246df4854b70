"""Six seats never hold seven, and nobody overtakes in the queue."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server.models import Event, NetworkingTable, Person, Seat, TableStay
from server.store import events, seating, waiting
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
async def table(make: Factory, event: Event) -> NetworkingTable:
    return await make.table(event)


async def sit(database: Database, table: NetworkingTable, person_id: uuid.UUID, now: datetime = NOW) -> int:
    async with database.writing() as db:
        return await seating.take_seat(db, table, person_id, now=now)


async def stand(database: Database, table: NetworkingTable, person_id: uuid.UUID, now: datetime = NOW) -> None:
    async with database.writing() as db:
        await seating.leave_seat(db, table, person_id, now=now)


async def wait(database: Database, table: NetworkingTable, person_id: uuid.UUID, now: datetime = NOW) -> None:
    async with database.writing() as db:
        await seating.join_queue(db, table, person_id, now=now)


async def offered(database: Database, table: NetworkingTable, person_id: uuid.UUID) -> int | None:
    async with database.reading() as db:
        entry = await waiting.entry_of(db, table.id, person_id)
    return entry.offered_number if entry else None


async def full(database: Database, table: NetworkingTable) -> list[uuid.UUID]:
    """Six people who fill the table; their ids."""
    people = [uuid.uuid4() for _ in range(table.seats)]
    for person in people:
        await sit(database, table, person)
    return people


async def seats(database: Database, table: NetworkingTable) -> dict[int, uuid.UUID]:
    async with database.reading() as db:
        rows = await db.exec(select(Seat).where(Seat.table_id == table.id))
        return {row.number: row.person_id for row in rows}


async def test_thirty_people_at_once_fill_six_seats_and_no_more(database: Database, table: NetworkingTable) -> None:
    outcomes = await asyncio.gather(*(sit(database, table, uuid.uuid4()) for _ in range(30)), return_exceptions=True)
    assert sorted(number for number in outcomes if isinstance(number, int)) == [1, 2, 3, 4, 5, 6]
    refused = [outcome for outcome in outcomes if isinstance(outcome, seating.SeatRefused)]
    assert [refusal.reason for refusal in refused] == ["full"] * 24
    assert len(await seats(database, table)) == 6


async def test_one_person_in_ten_tabs_takes_one_seat(
    database: Database, make: Factory, event: Event, table: NetworkingTable
) -> None:
    other, person = await make.table(event), uuid.uuid4()
    await asyncio.gather(*(sit(database, each, person) for each in [table, other] * 5))
    assert len(await seats(database, table)) + len(await seats(database, other)) == 1


async def test_moving_to_another_table_is_one_act(
    database: Database, make: Factory, event: Event, table: NetworkingTable
) -> None:
    other, person = await make.table(event), uuid.uuid4()
    await sit(database, table, person)
    await sit(database, other, person, NOW + MINUTE)
    assert await seats(database, table) == {}
    assert await seats(database, other) == {1: person}
    async with database.reading() as db:
        stays = (await db.exec(select(TableStay).order_by(TableStay.sat_at))).all()  # type: ignore[arg-type]
    assert [(stay.table_id, stay.left_at) for stay in stays] == [(table.id, NOW + MINUTE), (other.id, None)]


async def test_two_people_may_swap_tables_at_the_same_moment(
    database: Database, make: Factory, event: Event, table: NetworkingTable
) -> None:
    other = await make.table(event)
    here, there = uuid.uuid4(), uuid.uuid4()
    await sit(database, table, here)
    await sit(database, other, there)
    await asyncio.gather(sit(database, other, here), sit(database, table, there))
    assert list((await seats(database, table)).values()) == [there]
    assert list((await seats(database, other)).values()) == [here]


async def test_taking_a_seat_twice_is_sitting_still(database: Database, table: NetworkingTable) -> None:
    person = uuid.uuid4()
    assert await sit(database, table, person) == await sit(database, table, person)


async def test_a_freed_seat_is_kept_for_the_first_who_waits(database: Database, table: NetworkingTable) -> None:
    people = await full(database, table)
    first, second, passer_by = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    await wait(database, table, first)
    await wait(database, table, second, NOW + MINUTE)
    await stand(database, table, people[2])
    assert await offered(database, table, first) == 3
    assert await offered(database, table, second) is None
    with pytest.raises(seating.SeatRefused, match="full"):
        await sit(database, table, passer_by)
    assert await sit(database, table, first) == 3


async def test_an_offer_that_runs_out_passes_to_the_next(database: Database, table: NetworkingTable) -> None:
    people = await full(database, table)
    first, second = uuid.uuid4(), uuid.uuid4()
    await wait(database, table, first)
    await wait(database, table, second, NOW + MINUTE)
    await stand(database, table, people[0])
    late = NOW + timedelta(seconds=seating.OFFER_S)
    async with database.writing() as db:
        assert [due.id for due in await waiting.overdue_offers(db, late)] == [table.id]
        await seating.pass_on_overdue_offers(db, table, late)
    assert await offered(database, table, first) is None
    assert await offered(database, table, second) == 1


async def test_an_offer_is_accepted_in_time_and_not_after(database: Database, table: NetworkingTable) -> None:
    people = await full(database, table)
    person = uuid.uuid4()
    await wait(database, table, person)
    await stand(database, table, people[4])
    with pytest.raises(seating.SeatRefused, match="no offer"):
        async with database.writing() as db:
            await seating.accept_offer(db, table, person, now=NOW + timedelta(seconds=seating.OFFER_S))
    async with database.writing() as db:
        assert await seating.accept_offer(db, table, person, now=NOW + MINUTE / 2) == 5


async def test_declining_offers_the_seat_to_the_next(database: Database, table: NetworkingTable) -> None:
    people = await full(database, table)
    first, second = uuid.uuid4(), uuid.uuid4()
    await wait(database, table, first)
    await wait(database, table, second, NOW + MINUTE)
    await stand(database, table, people[0])
    async with database.writing() as db:
        await seating.leave_queue(db, table, first, now=NOW + MINUTE)
    assert await offered(database, table, second) == 1


async def test_nobody_waits_while_a_seat_is_free(database: Database, table: NetworkingTable) -> None:
    with pytest.raises(seating.SeatRefused, match="free"):
        await wait(database, table, uuid.uuid4())


async def test_a_closed_table_seats_nobody(database: Database, table: NetworkingTable) -> None:
    await full(database, table)
    async with database.writing() as db:
        await seating.close_table(db, table, now=NOW)
    assert await seats(database, table) == {}
    with pytest.raises(seating.SeatRefused, match="closed"):
        await sit(database, table, uuid.uuid4())


async def test_more_seats_are_offered_to_those_who_wait(database: Database, table: NetworkingTable) -> None:
    await full(database, table)
    person = uuid.uuid4()
    await wait(database, table, person)
    async with database.writing() as db:
        larger = await db.get_one(NetworkingTable, table.id)
        larger.seats = 7
        await seating.offer_new_seats(db, larger, now=NOW)
    assert await offered(database, table, person) == 7


async def test_who_leaves_the_event_leaves_seat_and_queues(
    database: Database, make: Factory, event: Event, table: NetworkingTable
) -> None:
    people = await full(database, table)
    other = await make.table(event)
    await full(database, other)
    person: Person = await make.person()
    await wait(database, table, person.id)
    async with database.writing() as db:
        await seating.leave_lounge(db, event.id, people[0], now=NOW)
        await seating.leave_lounge(db, event.id, person.id, now=NOW)
    assert people[0] not in (await seats(database, table)).values()
    assert await offered(database, table, person.id) is None


async def test_who_is_long_away_gives_their_seat_to_who_waits(database: Database, table: NetworkingTable) -> None:
    people = await full(database, table)
    person, later = uuid.uuid4(), NOW + seating.ABSENT
    async with database.reading() as db:
        assert await seating.abandoned_seats(db, later) == []
    await wait(database, table, person)
    async with database.writing() as db:
        for present in people[1:]:
            assert await seating.keep_seat(db, table.id, present, now=later)
    async with database.reading() as db:
        ((where, gone),) = await seating.abandoned_seats(db, later)
    assert (where.id, gone) == (table.id, people[0])


async def test_nobody_keeps_a_seat_they_do_not_have(database: Database, table: NetworkingTable) -> None:
    async with database.writing() as db:
        assert not await seating.keep_seat(db, table.id, uuid.uuid4(), now=NOW)


async def test_the_host_frees_a_seat(database: Database, table: NetworkingTable) -> None:
    person = uuid.uuid4()
    number = await sit(database, table, person)
    async with database.writing() as db:
        await seating.free_seat(db, table, number, now=NOW + MINUTE)
    assert await seats(database, table) == {}
    with pytest.raises(seating.SeatRefused, match="not seated"):
        async with database.writing() as db:
            await seating.free_seat(db, table, number, now=NOW + MINUTE)


async def test_a_closed_event_seats_nobody_and_says_why(
    database: Database, event: Event, table: NetworkingTable, make: Factory
) -> None:
    async with database.writing() as db:
        assert await events.move(db, event.id, "close")
    for act in (sit, wait):
        with pytest.raises(seating.SeatRefused) as refused:
            await act(database, table, uuid.uuid4())
        assert refused.value.reason == "event closed"
