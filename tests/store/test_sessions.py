"""The database decides each move of a session, however many ask at the same moment."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server.models import Event, Film, Session, SessionPause
from server.rules.lifecycles import TAKEN_UP_WITHIN
from server.store import sessions
from server.store.engine.database import Change, Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


async def film(database: Database, event: Event, minutes: int = 3) -> Film:
    row = Film(event_id=event.id, title="Hearts", directory="hearts", duration=minutes * 60)
    async with database.writing() as db:
        db.add(row)
    return row


async def move(database: Database, session: Session, name: str, now: datetime = NOW) -> bool:
    async with database.writing() as db:
        return await sessions.move(db, session, name, now=now)


async def fresh(database: Database, session: Session) -> Session:
    async with database.reading() as db:
        return await db.get_one(Session, session.id)


async def test_twenty_producers_start_a_session_once(database: Database, make: Factory, event: Event) -> None:
    session = await make.session(event)
    outcomes = await asyncio.gather(*(move(database, session, "start") for _ in range(20)))
    assert outcomes.count(True) == 1


async def test_the_whole_life_of_a_session(database: Database, make: Factory, event: Event) -> None:
    session = await make.session(event)
    for minutes, name in enumerate(["start", "pause", "resume", "end"]):
        assert await move(database, session, name, NOW + minutes * MINUTE)
    lived = await fresh(database, session)
    assert (lived.state, lived.started_at, lived.ended_at) == ("ended", NOW, NOW + 3 * MINUTE)
    async with database.reading() as db:
        pause = (await db.exec(select(SessionPause))).one()
    assert (pause.paused_at, pause.resumed_at) == (NOW + MINUTE, NOW + 2 * MINUTE)


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        ("scheduled", ["pause", "resume", "end", "reinstate"]),
        ("live", ["start", "resume", "cancel", "reinstate"]),
        ("ended", ["start", "pause", "resume", "end", "cancel", "reinstate", "take-up"]),
        ("cancelled", ["start", "pause", "resume", "end", "cancel"]),
    ],
)
async def test_a_move_that_is_not_allowed_changes_nothing(
    database: Database, make: Factory, event: Event, state: str, refused: list[str]
) -> None:
    session = await make.session(event, state=state)
    for name in refused:
        assert not await move(database, session, name)
    assert (await fresh(database, session)).state == state


async def test_ending_while_paused_closes_the_pause(database: Database, make: Factory, event: Event) -> None:
    session = await make.live_session(event)
    await move(database, session, "pause")
    await move(database, session, "end", NOW + MINUTE)
    async with database.reading() as db:
        assert (await db.exec(select(SessionPause))).one().resumed_at == NOW + MINUTE


@pytest.mark.parametrize(("minutes_left", "is_auto"), [(30, True), (-1, False)])
async def test_an_end_that_is_taken_back_leaves_nothing_behind(
    database: Database, make: Factory, event: Event, minutes_left: int, is_auto: bool
) -> None:
    """A session whose time is over ends by hand then: the clock would end it at once."""
    session = await make.live_session(event, film_id=(await film(database, event)).id)
    async with database.writing() as db:
        row = await db.get_one(Session, session.id)
        row.auto, row.ends_at = True, NOW + minutes_left * MINUTE
    assert await move(database, session, "end")
    assert await move(database, session, "take-up", NOW + 5 * SECOND)
    lived = await fresh(database, session)
    assert (lived.state, lived.ended_at, lived.recording) == ("live", None, "none")
    assert (lived.started_at, lived.auto) == (session.started_at, is_auto)
    assert not await move(database, session, "take-up", NOW + 5 * SECOND)
    assert await move(database, session, "end", NOW + MINUTE)
    assert (await fresh(database, session)).recording == "open"


async def test_an_end_of_long_ago_stands(database: Database, make: Factory, event: Event) -> None:
    session = await make.live_session(event)
    assert await move(database, session, "end")
    assert not await move(database, session, "take-up", NOW + TAKEN_UP_WITHIN)
    assert (await fresh(database, session)).state == "ended"


@pytest.mark.parametrize(("opens", "recording"), [("at once", "open"), ("when published", "ready")])
async def test_the_recording_opens_as_the_event_says(
    database: Database, make: Factory, opens: str, recording: str
) -> None:
    event = await make.event(recordings_open=opens)
    session = await make.live_session(event, film_id=(await film(database, event)).id)
    await move(database, session, "end")
    assert (await fresh(database, session)).recording == recording


async def test_a_session_that_nothing_was_recorded_of_has_no_recording(
    database: Database, make: Factory, event: Event
) -> None:
    session = await make.live_session(event)
    await move(database, session, "end")
    assert (await fresh(database, session)).recording == "none"


async def test_withdrawing_a_recording_changes_its_addresses(database: Database, make: Factory, event: Event) -> None:
    session = await make.session(event, state="ended", recording="open")
    async with database.writing() as db:
        assert await sessions.move_recording(db, session, "withdraw")
    withdrawn = await fresh(database, session)
    assert withdrawn.recording == "withdrawn"
    assert withdrawn.media_key != session.media_key


async def test_every_move_is_told_to_the_rooms_that_show_it(database: Database, make: Factory, event: Event) -> None:
    session = await make.session(event)
    heard: list[Change] = []

    async def listen(changes: list[Change]) -> None:
        heard.extend(changes)

    database.after_commit.append(listen)
    await move(database, session, "start")
    rooms = {(room, topic) for room, topic, _ in heard}
    assert rooms == {(f"session:{session.id}", "status"), (f"event:{event.id}", "agenda")}


async def test_the_clock_starts_what_is_due_in_open_events_only(
    database: Database, make: Factory, event: Event
) -> None:
    draft = await make.event(state="draft")
    due = await make.session(event, starts_at=NOW)
    await make.session(event, starts_at=NOW, auto=False)
    await make.session(event, starts_at=NOW + MINUTE)
    await make.session(event, starts_at=NOW - 40 * MINUTE, minutes=30)
    await make.session(draft, starts_at=NOW)
    async with database.reading() as db:
        assert [session.id for session in await sessions.due_to_start(db, NOW)] == [due.id]


async def test_the_clock_ends_what_is_over_but_not_what_is_paused(
    database: Database, make: Factory, event: Event
) -> None:
    began = NOW - 30 * MINUTE
    over = await make.session(event, starts_at=began, state="live", started_at=began)
    await make.session(event, starts_at=began, state="paused", started_at=began)
    await make.session(event, starts_at=began, minutes=31, state="live", started_at=began)
    async with database.reading() as db:
        assert [session.id for session in await sessions.due_to_end(db, NOW)] == [over.id]


async def test_a_film_that_began_late_is_not_cut(database: Database, make: Factory, event: Event) -> None:
    length = await film(database, event, minutes=10)
    late = await make.session(
        event, starts_at=NOW - 30 * MINUTE, state="live", started_at=NOW - 5 * MINUTE, film_id=length.id
    )
    async with database.reading() as db:
        assert await sessions.due_to_end(db, NOW) == []
        assert [session.id for session in await sessions.due_to_end(db, NOW + 5 * MINUTE)] == [late.id]
