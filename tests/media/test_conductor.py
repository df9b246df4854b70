"""The conductor: it looks for the media process once a stage is wanted, in this web process or another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from server.media import conductor
from server.media.conductor import Conductor
from server.media.line import MediaLine
from server.models import Stage
from server.settings import Settings
from server.store import stages
from server.store.engine.database import Database
from tests.factory import Factory
from tests.media.listening import KEY, listening_at
from tests.waiting import until

NEVER_S = 3600.0


@pytest.fixture
async def stage(make: Factory) -> Stage:
    """A stage without a session."""
    return await make.stage(await make.event())


async def want(database: Database, stage: Stage) -> None:
    async with database.writing() as db:
        await stages.want(db, stage, datetime.now(UTC))


@asynccontextmanager
async def directing(conductor: Conductor) -> AsyncIterator[None]:
    """Do the conductor's duties meanwhile."""

    async def direct() -> None:
        while True:
            await conductor.direct()

    duties = [asyncio.create_task(conductor.listen()), asyncio.create_task(direct())]
    try:
        yield
    finally:
        for duty in duties:
            duty.cancel()
        await asyncio.gather(*duties, return_exceptions=True)


async def test_a_stage_that_is_wanted_here_has_the_media_process_looked_for_at_once(
    database: Database, settings: Settings, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "UNWANTED_S", NEVER_S)
    line = MediaLine(settings, KEY)
    ours = Conductor(database, line)
    database.after_commit.append(ours.note)
    async with directing(ours):
        await until(lambda: ours._asks_again_s)
        async with listening_at(settings, settings.data):
            assert not line.is_open
            await want(database, stage)
            await until(lambda: line.is_open)


async def test_a_stage_that_is_wanted_in_another_web_process_is_found_when_this_one_looks(
    database: Database, settings: Settings, stage: Stage, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "UNWANTED_S", 0.05)
    theirs = Database(database_url)
    ours = Conductor(database, MediaLine(settings, KEY))
    async with directing(ours):
        await until(lambda: ours._asks_again_s)
        assert not ours._wanted.is_set()
        await want(theirs, stage)
        await until(ours._wanted.is_set)
    await theirs.close()
