"""The announcement that every open page shows."""

from datetime import UTC, datetime, timedelta

from server.models import Announcement, Event
from server.store import announcements
from server.store.engine.database import Change, Database
from tests.factory import Factory


async def say(database: Database, event: Event, text: str, minutes: int) -> Announcement:
    """An announcement made some minutes after midday."""
    async with database.writing() as db:
        announcement = await announcements.send(db, event.id, event.id, text)
        announcement.created_at = datetime(2026, 6, 28, 12, tzinfo=UTC) + timedelta(minutes=minutes)
    return announcement


async def shown(database: Database, event: Event) -> str | None:
    async with database.reading() as db:
        announcement = await announcements.current(db, event.id)
    return announcement.text if announcement else None


async def test_the_newest_announcement_is_shown(database: Database, make: Factory) -> None:
    event = await make.event()
    assert await shown(database, event) is None
    await say(database, event, "Welcome.", 0)
    await say(database, event, "Lunch is at one.", 1)
    assert await shown(database, event) == "Lunch is at one."


async def test_withdrawing_does_not_bring_an_older_one_back(database: Database, make: Factory) -> None:
    event = await make.event()
    await say(database, event, "Welcome.", 0)
    newest = await say(database, event, "Lunch is at two.", 1)
    async with database.writing() as db:
        assert await announcements.withdraw(db, event.id, newest.id, datetime.now(UTC))
    assert await shown(database, event) is None


async def test_nobody_withdraws_another_events_announcement(database: Database, make: Factory) -> None:
    event, other = await make.event(), await make.event()
    announcement = await say(database, event, "Welcome.", 0)
    async with database.writing() as db:
        assert not await announcements.withdraw(db, other.id, announcement.id, datetime.now(UTC))
    assert await shown(database, event) == "Welcome."


async def test_every_page_of_the_event_is_told(database: Database, make: Factory) -> None:
    event, heard = await make.event(), list[Change]()

    async def listen(changes: list[Change]) -> None:
        heard.extend(changes)

    database.after_commit.append(listen)
    announcement = await say(database, event, "Welcome.", 0)
    async with database.writing() as db:
        await announcements.withdraw(db, event.id, announcement.id, datetime.now(UTC))
    assert heard == [(f"event:{event.id}", "announcement", 1), (f"event:{event.id}", "announcement", 2)]
