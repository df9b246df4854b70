"""Calendar files: the right hour in every zone, summer and winter, as another library reads them."""

from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest

from server.models import Event
from server.store import agenda
from server.store.engine.database import Database
from server.web.calendar import days_calendar, sessions_calendar
from tests.factory import Factory

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BASE = "https://plenary.example"


async def entries(database: Database, event: Event, *, days: bool = False) -> tuple[Any, list[Any]]:
    """The calendar, read back from its bytes, and its entries."""
    async with database.reading() as db:
        items = await agenda.agenda(db, event, NOW)
    make_calendar = days_calendar if days else sessions_calendar
    calendar = icalendar.Calendar.from_ical(make_calendar(event, items, BASE, NOW))
    return calendar, list(calendar.walk("VEVENT"))


@pytest.mark.parametrize(
    ("zone", "starts_at", "wall"),
    [
        ("Europe/London", datetime(2026, 6, 28, 8, 30, tzinfo=UTC), "20260628T093000"),
        ("Europe/London", datetime(2026, 12, 1, 9, 30, tzinfo=UTC), "20261201T093000"),
        ("America/New_York", datetime(2026, 3, 8, 7, 30, tzinfo=UTC), "20260308T033000"),
        ("Pacific/Auckland", datetime(2026, 6, 28, 12, 30, tzinfo=UTC), "20260629T003000"),
        ("Asia/Kathmandu", datetime(2026, 6, 28, 4, 0, tzinfo=UTC), "20260628T094500"),
    ],
)
async def test_an_hour_is_written_as_the_clock_on_the_wall(
    database: Database, make: Factory, zone: str, starts_at: datetime, wall: str
) -> None:
    event = await make.event(zone=zone, starts_on=starts_at.date(), ends_on=starts_at.date())
    await make.session(event, starts_at=starts_at)
    calendar, (entry,) = await entries(database, event)
    assert entry["DTSTART"].to_ical().decode() == wall
    assert entry["DTSTART"].params["TZID"] == zone
    assert entry.start.astimezone(UTC) == starts_at
    (rules,) = calendar.walk("VTIMEZONE")
    assert rules["TZID"] == zone
    assert rules.to_tz().utcoffset(entry.start.replace(tzinfo=None)) == entry.start.utcoffset()


async def test_an_entry_says_what_where_and_how_to_get_there(database: Database, make: Factory) -> None:
    event = await make.event(slug="mse")
    await make.session(event, slug="hearts", title="Hearts; minds, and more", abstract="Line one\nline two 😀")
    _, (entry,) = await entries(database, event)
    assert entry["SUMMARY"] == "Hearts; minds, and more"
    assert "line two 😀" in entry["DESCRIPTION"]
    assert entry["URL"] == "https://plenary.example/mse/sessions/hearts"


async def test_a_session_keeps_its_identity_so_that_a_moved_one_is_not_doubled(
    database: Database, make: Factory
) -> None:
    event = await make.event()
    session = await make.session(event)
    _, (entry,) = await entries(database, event)
    assert entry["UID"] == f"{session.id}@plenary"


async def test_a_cancelled_session_says_so(database: Database, make: Factory) -> None:
    event = await make.event()
    await make.session(event, state="cancelled")
    assert (await entries(database, event))[1][0]["STATUS"] == "CANCELLED"


async def test_the_mails_calendar_has_an_entry_for_each_day(database: Database, make: Factory) -> None:
    """A day lasts from its first session to its last; a day without sessions is a whole day."""
    event = await make.event(starts_on=date(2026, 6, 28), ends_on=date(2026, 6, 29))
    for hour in (9, 13):
        await make.session(event, starts_at=datetime(2026, 6, 28, hour, tzinfo=UTC), minutes=40)
    _, (first, second) = await entries(database, event, days=True)
    assert (first.start.hour, first.end.hour, first.end.minute) == (10, 14, 40)
    assert (second.start, second.end) == (date(2026, 6, 29), date(2026, 6, 30))
