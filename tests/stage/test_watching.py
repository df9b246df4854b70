"""Two people watch a speaker who publishes from a browser: live, while the media process dies, and on demand."""

import os
import signal
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from playwright.async_api import Page, expect

from loadtests.results import Figure, record
from rooms.media.air.disk import read_journals
from server.models import Keeping
from server.playback.programmes import directory_of
from server.settings import Settings
from server.store import sessions
from server.store.engine.database import Database
from tests.factory import Factory
from tests.stage.conftest import House, Open
from tests.stage.directing import go_on_air, media_process
from tests.stage.speaking import is_backstage, join
from tests.stage.time_code import PUBLISHED
from tests.stage.watching import WITHIN_S, sees_the_clock, watched
from tests.waiting import until

WITHIN_MS = WITHIN_S * 1000
WATCHED_S, WATCHED_SHORT_S = 600.0, 4.0
DEATHS, DEATHS_SHORT = 5, 1
SEEN_WITHIN_S, NEW_SEGMENT_WITHIN_S, MOST_MISSING_S = 6.0, 10.0, 12.0
PLAYER = "document.querySelector('[data-player]')"
COUNT_FAULTS = f"""() => {{
  window.openedAnew = 0;
  {PLAYER}.querySelector("video").addEventListener("emptied", () => (window.openedAnew += 1));
}}"""


@pytest.fixture
async def speaker(house: House, open_as: Open, database: Database) -> Page:
    """A speaker's page on air, whose camera is a clock."""
    page = await open_as(house.amara, f"/{house.event.slug}/stages/{house.stage.id}", PUBLISHED)
    await join(page)
    await go_on_air(database, house)
    return page


@pytest.fixture
async def watchers(house: House, open_as: Open, make: Factory, speaker: Page) -> AsyncIterator[list[Page]]:
    """The pages of two delegates who see the clock; from now on they count the faults of their players."""
    path = f"/{house.event.slug}/sessions/{house.session.slug}"
    pages = [await open_as(await make.delegate(house.event), path) for _ in range(2)]
    for page in pages:
        await sees_the_clock(page)
        await page.evaluate(COUNT_FAULTS)
    yield pages


@pytest.mark.soak
@pytest.mark.one_engine
async def test_two_watch_a_speaker_through_the_death_of_the_media_process_to_the_recording(
    house: House, served: str, settings: Settings, database: Database, speaker: Page, watchers: list[Page], soak: bool
) -> None:
    ages_s = await watched(watchers, WATCHED_S if soak else WATCHED_SHORT_S)
    faults = [await page.evaluate("window.openedAnew") for page in watchers]

    deaths = []
    for _ in range(DEATHS if soak else DEATHS_SHORT):
        deaths.append(await death(served, house, settings, database, speaker, watchers))
    for page in watchers:
        assert await page.evaluate("window.openedAnew") is not None, "the page was loaded again"

    began_s = time.monotonic()
    async with database.writing() as db:
        assert await sessions.move(db, house.session, "end", now=datetime.now(UTC))
    for page in watchers:
        await page.wait_for_function(f"() => {PLAYER}.dataset.phase === 'on-demand'", timeout=WITHIN_MS)
    on_demand_s = time.monotonic() - began_s
    found = await checked(database, house)
    assert found.faults == []
    assert len(found.missing) >= len(deaths), "the recording says where something is missing"
    if soak:
        figures = [
            Figure("capture to picture", ages_s, "s", at_most=SEEN_WITHIN_S),
            Figure("players opened anew in ten minutes", faults, at_most=0),
            Figure("SIGKILL to the publisher rejoined", [each[0] for each in deaths], "s"),
            Figure("SIGKILL to a new segment", [each[1] for each in deaths], "s", at_most=NEW_SEGMENT_WITHIN_S),
            Figure("slowest page meanwhile", [each[2] for each in deaths], "s"),
            Figure("programme missing", [b - a for a, b in found.missing], "s", at_most=MOST_MISSING_S),
            Figure("end of the session to on demand", [on_demand_s], "s"),
        ]
        notes = ["Chromium publishes 768 × 432 by WHIP, two Chromiums watch; the clock is in the picture itself."]
        print(record("Watching a stage", "make soak", figures, notes))


async def death(
    served: str, house: House, settings: Settings, database: Database, speaker: Page, watchers: list[Page]
) -> tuple[float, float, float]:
    """Kill the media process; seconds until the publisher is back, until a new segment, and for the slowest page."""
    directory = directory_of(settings, house.session)
    before = len(read_journals(directory)["video"].listed)
    clap = watchers[0].locator("[data-emoji=clap]")
    claps = int(await clap.locator(".reaction-count").inner_text())
    began_s = time.monotonic()
    os.kill(media_process(settings), signal.SIGKILL)
    await clap.click()
    await expect(clap.locator(".reaction-count")).to_have_text(str(claps + 1), timeout=WITHIN_MS)
    slowest_s, rejoined_s = 0.0, None

    async with httpx.AsyncClient(base_url=served, timeout=WITHIN_S) as client:

        async def goes_on() -> bool:
            """True once a new segment is listed. Until then every page must answer."""
            nonlocal slowest_s, rejoined_s
            asked_s = time.monotonic()
            assert (await client.get("/livez")).status_code == 200
            slowest_s = max(slowest_s, time.monotonic() - asked_s)
            is_in = await speaker.evaluate("() => document.querySelector('.backstage-self').dataset.state === 'in'")
            rejoined_s = (rejoined_s or time.monotonic()) if is_in else None
            return len(read_journals(directory)["video"].listed) > before

        await until(goes_on, WITHIN_S)
    new_segment_s = time.monotonic() - began_s
    await is_backstage(speaker)
    for page in watchers:
        await sees_the_clock(page, newer_than_s=time.monotonic() - began_s)
    return (rejoined_s or time.monotonic()) - began_s, new_segment_s, slowest_s


async def checked(database: Database, house: House) -> Keeping:
    """Wait for the check after the session; returns its result."""

    async def found() -> Keeping | None:
        async with database.reading() as db:
            keeping = await db.get(Keeping, house.session.id)
        return keeping if keeping is not None and keeping.checked_at else None

    return await until(found, WITHIN_S)
