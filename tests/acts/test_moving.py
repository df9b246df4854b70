"""A move of an organiser happens once; the second who tries it is told the present state."""

from datetime import UTC, datetime

import pytest

from server.acts import moving
from server.models import Event, Session
from server.store.engine.database import Database
from server.web.errors import Conflict
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 9, 30, tzinfo=UTC)


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


async def test_a_session_starts_only_when_its_event_is_open(make: Factory, database: Database) -> None:
    event = await make.event(state="draft")
    session = await make.session(event)
    async with database.writing() as db:
        with pytest.raises(Conflict, match="Open it first"):
            await moving.move_session(db, event, session, "start", NOW)


async def test_whoever_starts_a_session_second_is_told_that_it_is_live(
    make: Factory, database: Database, event: Event
) -> None:
    session = await make.session(event, title="Healthy Hearts")
    async with database.writing() as db:
        await moving.move_session(db, event, await db.get_one(Session, session.id), "start", NOW)
    async with database.writing() as db:
        with pytest.raises(Conflict, match="“Healthy Hearts” is live now, so it cannot be started"):
            await moving.move_session(db, event, await db.get_one(Session, session.id), "start", NOW)


async def test_a_recording_that_was_never_made_cannot_be_opened(
    make: Factory, database: Database, event: Event
) -> None:
    session = await make.session(event)
    async with database.writing() as db:
        with pytest.raises(Conflict, match="The recording is not made now"):
            await moving.move_recording(db, await db.get_one(Session, session.id), "open")


async def test_an_event_that_is_open_is_not_opened_again(database: Database, event: Event) -> None:
    async with database.writing() as db:
        with pytest.raises(Conflict, match="This event is open already"):
            await moving.move_event(db, event, "open")
