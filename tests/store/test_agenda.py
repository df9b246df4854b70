"""The state of each session on the agenda, and a person's own agenda."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.models import Event, Session, SessionSpeaker
from server.store import agenda
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("state", "recording", "starts_in", "shown"),
    [
        ("scheduled", "none", 5, "scheduled"),
        ("scheduled", "none", 0, "late"),
        ("live", "none", -5, "live"),
        ("paused", "none", -5, "paused"),
        ("ended", "ready", -60, "ended"),
        ("ended", "open", -60, "on-demand"),
        ("ended", "withdrawn", -60, "ended"),
        ("cancelled", "none", 5, "cancelled"),
    ],
)
async def test_what_a_reader_is_told(make: Factory, state: str, recording: str, starts_in: int, shown: str) -> None:
    event = await make.event()
    starts_at = NOW + starts_in * MINUTE
    session = await make.session(event, starts_at=starts_at, state=state, recording=recording)
    assert agenda.shown_state(session, event, NOW) == shown


async def test_recordings_close_at_the_end_of_their_last_day(make: Factory) -> None:
    event = await make.event(recordings_close_on=date(2026, 6, 28))
    session = await make.session(event, state="ended", recording="open")
    assert agenda.is_on_demand(session, event, datetime(2026, 6, 28, 22, 59, tzinfo=UTC))
    assert not agenda.is_on_demand(session, event, datetime(2026, 6, 28, 23, 1, tzinfo=UTC))


async def a_day(make: Factory, event: Event) -> dict[str, Session]:
    return {
        "first": await make.session(event, slug="first", starts_at=NOW - 60 * MINUTE, state="ended", recording="open"),
        "second": await make.session(
            event, slug="second", starts_at=NOW - 40 * MINUTE, state="ended", recording="open"
        ),
        "live": await make.session(event, slug="live", starts_at=NOW - 10 * MINUTE, state="live"),
        "next": await make.session(event, slug="next", title="B", starts_at=NOW + 20 * MINUTE),
        "beside": await make.session(event, slug="beside", title="A", starts_at=NOW + 20 * MINUTE),
        "later": await make.session(event, slug="later", starts_at=NOW + 90 * MINUTE),
        "off": await make.session(event, slug="off", starts_at=NOW + 10 * MINUTE, state="cancelled"),
    }


async def test_now_next_and_on_demand(database: Database, make: Factory) -> None:
    event = await make.event()
    await a_day(make, event)
    async with database.reading() as db:
        found = agenda.now_and_next(await agenda.agenda(db, event, NOW))
    slugs = {name: [item.session.slug for item in getattr(found, name)] for name in ("live", "next", "on_demand")}
    assert slugs == {"live": ["live"], "next": ["beside", "next"], "on_demand": ["second", "first"]}


async def test_days_are_the_events_own(database: Database, make: Factory) -> None:
    """Half past midnight in Auckland is yesterday in London."""
    event = await make.event(zone="Pacific/Auckland")
    await make.session(event, starts_at=datetime(2026, 6, 28, 12, 30, tzinfo=UTC))
    async with database.reading() as db:
        assert list(agenda.by_day(await agenda.agenda(db, event, NOW), event.zone)) == [date(2026, 6, 29)]


async def test_speakers_stand_in_their_order(database: Database, make: Factory) -> None:
    event = await make.event()
    session = await make.session(event)
    names = ["The second", "The first"]
    speakers = [await make.speaker(event, name=name) for name in names]
    async with database.writing() as db:
        db.add_all(
            SessionSpeaker(session_id=session.id, speaker_id=speaker.id, position=2 - n)
            for n, speaker in enumerate(speakers)
        )
    async with database.reading() as db:
        assert (await agenda.item(db, event, session, NOW)).names == ["The first", "The second"]


async def test_a_session_is_in_my_agenda_once_however_often_it_is_put_there(database: Database, make: Factory) -> None:
    event = await make.event()
    person, session = await make.delegate(event), await make.session(event)

    async def bookmark(kept: bool) -> frozenset[object]:
        async with database.writing() as db:
            await agenda.bookmark(db, person.id, session.id, kept=kept)
            return await agenda.bookmarks_of(db, event.id, person.id)

    assert await bookmark(True) == {session.id}
    assert await bookmark(True) == {session.id}
    assert await bookmark(False) == frozenset()
    assert await bookmark(False) == frozenset()


async def test_my_agenda_at_one_event_is_not_that_of_another(database: Database, make: Factory) -> None:
    here, there = await make.event(), await make.event()
    person, session = await make.delegate(here), await make.session(there)
    async with database.writing() as db:
        await agenda.bookmark(db, person.id, session.id, kept=True)
        assert await agenda.bookmarks_of(db, here.id, person.id) == frozenset()
