"""The producer directs a stage, and is told when a direction lacks its source or comes too late."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from server.acts import directing
from server.models import Event, Stage
from server.store.engine.database import Database
from server.web.errors import Conflict, Invalid
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 9, 30, tzinfo=UTC)


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
async def stage(make: Factory, event: Event) -> Stage:
    return await make.stage(event)


async def test_a_countdown_ends_ten_seconds_later(database: Database, stage: Stage) -> None:
    async with database.writing() as db:
        await directing.direct(db, stage, "count-down", None, NOW)
    async with database.reading() as db:
        counting = await db.get_one(Stage, stage.id)
    assert (counting.state, counting.at) == ("countdown", NOW + timedelta(seconds=10))


@pytest.mark.parametrize("wanted", ["take", "hear", "mute", "sign"])
async def test_whose_picture_or_sound_it_is_must_be_said(
    database: Database, stage: Stage, wanted: directing.Direction
) -> None:
    async with database.writing() as db:
        with pytest.raises(Invalid, match="whose picture or sound"):
            await directing.direct(db, stage, wanted, None, NOW)
        with pytest.raises(Conflict, match="has moved on meanwhile"):
            await directing.direct(db, stage, wanted, uuid.uuid4(), NOW)


async def test_the_interpreters_picture_is_not_taken(database: Database, stage: Stage) -> None:
    stage.signing_id = uuid.uuid4()
    async with database.reading() as db:
        with pytest.raises(Conflict, match="sign-language window"):
            await directing.direct(db, stage, "take", stage.signing_id, NOW)


async def test_a_stage_on_air_is_not_deleted(database: Database, make: Factory, event: Event) -> None:
    stage = await make.stage(event, state="on-air")
    async with database.writing() as db:
        with pytest.raises(Conflict, match="on air"):
            await directing.remove(db, stage)
