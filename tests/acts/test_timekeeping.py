"""Acts by the clock are done once, by any process, and even when none has run for a while."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from server.acts.timekeeping import do_due
from server.models import Event, Session
from server.store import seating, timetable, waiting
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


async def fresh(database: Database, session: Session) -> Session:
    async with database.reading() as db:
        return await db.get_one(Session, session.id)


async def test_a_session_starts_and_ends_by_itself(database: Database, make: Factory, event: Event) -> None:
    session = await make.session(event, starts_at=NOW, minutes=30)
    await do_due(database, NOW - timedelta(seconds=1))
    assert (await fresh(database, session)).state == "scheduled"
    await do_due(database, NOW)
    assert (await fresh(database, session)).state == "live"
    await do_due(database, NOW + 30 * MINUTE)
    ended = await fresh(database, session)
    assert (ended.state, ended.ended_at) == ("ended", NOW + 30 * MINUTE)


async def test_many_processes_keep_the_same_time(database: Database, make: Factory, event: Event) -> None:
    session = await make.session(event, starts_at=NOW)
    moments = [NOW + timedelta(milliseconds=n) for n in range(10)]
    await asyncio.gather(*(do_due(database, moment) for moment in moments))
    started = await fresh(database, session)
    assert started.state == "live"
    assert started.started_at in moments


async def test_a_start_that_was_missed_is_stored_when_it_really_happened(
    database: Database, make: Factory, event: Event
) -> None:
    session = await make.session(event, starts_at=NOW, minutes=30)
    await do_due(database, NOW + 7 * MINUTE)
    assert (await fresh(database, session)).started_at == NOW + 7 * MINUTE


async def test_a_session_whose_hour_is_over_waits_for_a_person(database: Database, make: Factory, event: Event) -> None:
    session = await make.session(event, starts_at=NOW, minutes=30)
    await do_due(database, NOW + 31 * MINUTE)
    assert (await fresh(database, session)).state == "scheduled"


async def test_what_somebody_ended_stays_ended(database: Database, make: Factory, event: Event) -> None:
    session = await make.session(event, starts_at=NOW, state="ended", ended_at=NOW)
    await do_due(database, NOW + MINUTE)
    assert (await fresh(database, session)).ended_at == NOW


async def test_an_offer_runs_out(database: Database, make: Factory, event: Event) -> None:
    table = await make.table(event, seats=1)
    seated, first, second = [await make.delegate(event, name) for name in ("Amina", "Ben", "Chidi")]
    async with database.writing() as db:
        await seating.take_seat(db, table, seated.id, now=NOW)
        await seating.join_queue(db, table, first.id, now=NOW)
        await seating.join_queue(db, table, second.id, now=NOW + MINUTE)
        await seating.leave_seat(db, table, seated.id, now=NOW + MINUTE)
    await do_due(database, NOW + MINUTE + timedelta(seconds=seating.OFFER_S))
    async with database.reading() as db:
        assert await waiting.entry_of(db, table.id, first.id) is None
        entry = await waiting.entry_of(db, table.id, second.id)
    assert entry is not None
    assert entry.offered_number == 1


async def next_moment(database: Database, now: datetime) -> datetime | None:
    async with database.reading() as db:
        return await timetable.next_moment(db, now)


async def test_the_next_moment_is_when_a_session_starts_and_then_when_it_ends(
    database: Database, make: Factory, event: Event
) -> None:
    assert await next_moment(database, NOW) is None
    await make.session(event, starts_at=NOW + MINUTE, minutes=30)
    await make.session(event, starts_at=NOW + 5 * MINUTE, minutes=30, auto=False)
    assert await next_moment(database, NOW) == NOW + MINUTE
    await do_due(database, NOW + MINUTE)
    assert await next_moment(database, NOW + MINUTE) == NOW + 31 * MINUTE


async def test_a_missed_hour_is_nothing_to_wait_for(database: Database, make: Factory, event: Event) -> None:
    await make.session(event, starts_at=NOW, minutes=30)
    assert await next_moment(database, NOW + 31 * MINUTE) is None


async def test_the_next_moment_is_when_an_offer_runs_out_or_a_seat_is_abandoned(
    database: Database, make: Factory, event: Event
) -> None:
    table = await make.table(event, seats=1)
    seated, first, second = [await make.delegate(event, name) for name in ("Amina", "Ben", "Chidi")]
    async with database.writing() as db:
        await seating.take_seat(db, table, seated.id, now=NOW)
    assert await next_moment(database, NOW) is None
    async with database.writing() as db:
        await seating.join_queue(db, table, first.id, now=NOW)
        await seating.join_queue(db, table, second.id, now=NOW + MINUTE)
    assert await next_moment(database, NOW) == NOW + seating.ABSENT
    async with database.writing() as db:
        await seating.leave_seat(db, table, seated.id, now=NOW + MINUTE)
    assert await next_moment(database, NOW) == NOW + MINUTE + timedelta(seconds=seating.OFFER_S)
