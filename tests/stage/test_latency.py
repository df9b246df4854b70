"""The latency from a speaker's gesture to a viewer's picture, on a low-latency stage and on an ordinary one."""

import dataclasses
import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page

from loadtests.results import Figure, record
from server.models import Stage
from server.store import sessions, stages
from server.store.engine.database import Database
from tests.factory import Factory
from tests.stage.conftest import House, Open
from tests.stage.directing import go_on_air
from tests.stage.speaking import join
from tests.stage.time_code import PUBLISHED
from tests.stage.watching import sees_the_clock, watched
from tests.waiting import until

LOW_S, ORDINARY_S = 2.5, 6.0
"""The accepted time from capture to picture."""
MEASURED_S = 60.0
PARTS = 8
"""Parts of pictures, and of sound, that are fetched: more than two segments' worth."""
PART = re.compile(r"/segments/[^/]+/([va])-\d+\.\d+\.m4s$")


@pytest.fixture
async def speaker(house: House, open_as: Open) -> Page:
    """A speaker's page backstage, whose camera is a clock."""
    page = await open_as(house.amara, f"/{house.event.slug}/stages/{house.stage.id}", PUBLISHED)
    await join(page)
    return page


@pytest.mark.soak
@pytest.mark.one_engine
async def test_on_a_stage_with_low_latency_parts_are_fetched_and_played(
    house: House, open_as: Open, make: Factory, database: Database, speaker: Page, soak: bool
) -> None:
    await go_on_air_with(database, house, low_latency=True)
    watcher = await watcher_of(house, open_as, make)
    fetched: Counter[str] = Counter()
    watcher.on("response", lambda response: fetched.update(PART.findall(response.url) if response.ok else ()))
    await until(lambda: min(fetched["v"], fetched["a"]) >= PARTS)
    await sees_the_clock(watcher)
    if soak:
        await measure(house, open_as, make, database, watcher)


async def measure(house: House, open_as: Open, make: Factory, database: Database, watcher: Page) -> None:
    """Measure the latency of this session, and without low latency in another session on the stage."""
    low = await watched([watcher], MEASURED_S)
    await watcher.close()
    async with database.writing() as db:
        await sessions.move(db, house.session, "end", now=datetime.now(UTC))
    following = await make.session(house.event, stage_id=house.stage.id)
    house = dataclasses.replace(house, session=following)
    await go_on_air_with(database, house, low_latency=False)
    watcher = await watcher_of(house, open_as, make)
    figures = [
        Figure("capture to picture, low latency", low, "s", at_most=LOW_S),
        Figure("capture to picture", await watched([watcher], MEASURED_S), "s", at_most=ORDINARY_S),
    ]
    notes = ["Chromium publishes 768 × 432 by WHIP, another one watches; the clock is in the picture itself."]
    print(record("Latency of a stage", "make soak", figures, notes))


async def go_on_air_with(database: Database, house: House, *, low_latency: bool) -> None:
    async with database.writing() as db:
        stage = await db.get_one(Stage, house.stage.id)
        await stages.change(db, stage, low_latency=low_latency)
    await go_on_air(database, house)


async def watcher_of(house: House, open_as: Open, make: Factory) -> Page:
    """Return the page of a delegate who sees the clock."""
    page = await open_as(await make.delegate(house.event), f"/{house.event.slug}/sessions/{house.session.slug}")
    await sees_the_clock(page)
    return page
