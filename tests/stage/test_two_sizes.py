"""A speaker's camera comes in two sizes, from the backstage page to the recording, and viewers choose between them."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Page, TimeoutError, expect

from rooms.media.air.disk import read_journals
from rooms.media.recordings.check import check
from rooms.playback.recording import SMALL
from server.settings import Settings
from server.store.engine.database import Database
from tests.factory import Factory
from tests.stage.conftest import House, Open
from tests.stage.directing import go_on_air, listed, recorded
from tests.stage.speaking import WITHIN_MS, join
from tests.waiting import until

VIDEO = "document.querySelector('[data-player] video')"
SHOWS = f"height => {VIDEO}?.videoHeight === height"
AGAIN_AFTER_MS = 10_000
CAMERA = """
navigator.mediaDevices.getUserMedia = ((original) => async (wanted) => {
  const video = { width: 1280, height: 720, frameRate: 10 };
  const stream = await original.call(navigator.mediaDevices, { ...wanted, video });
  for (const track of stream.getVideoTracks()) track.contentHint = "detail";
  return stream;
})(navigator.mediaDevices.getUserMedia);
"""
"""A camera that a busy machine makes slower, but not smaller."""
LONG_ENOUGH = 8
"""Segments of a recording that leave time to switch sizes."""
SEGMENT = re.compile(r"/segments/[^/]+/(?P<letter>[vs])-\d+\.m4s$")


@pytest.fixture
async def speaker(house: House, open_as: Open, database: Database) -> Page:
    """A speaker's page, on air with a camera of 1280 × 720."""
    page = await open_as(house.amara, f"/{house.event.slug}/stages/{house.stage.id}", CAMERA)
    await join(page)
    await go_on_air(database, house)
    return page


@pytest.fixture
async def watcher(house: House, open_as: Open, make: Factory, speaker: Page, settings: Settings) -> AsyncIterator[Page]:
    """A delegate's page of the session, once there are segments to see."""
    await until(lambda: listed(settings, house) >= 2)
    yield await open_as(await make.delegate(house.event), f"/{house.event.slug}/sessions/{house.session.slug}")


async def shows(page: Page, height: int) -> None:
    await page.wait_for_function(SHOWS, arg=height, timeout=WITHIN_MS)


@pytest.mark.one_engine
async def test_both_sizes_of_a_camera_are_watched_live_recorded_and_switched_on_demand(
    house: House, settings: Settings, database: Database, watcher: Page
) -> None:
    fetched: list[str] = []
    watcher.on("response", lambda response: fetched.extend(SEGMENT.findall(response.url)))
    quality = watcher.get_by_label("Quality")
    await expect(quality.locator("option")).to_have_text(["Auto", "720p", "360p", "Sound only"], timeout=WITHIN_MS)
    for label, height, letter in (("360p", 360, "s"), ("720p", 720, "v"), ("360p", 360, "s")):
        await quality.select_option(label=label)
        await shows(watcher, height)
        assert letter in fetched

    await until(lambda: listed(settings, house) >= LONG_ENOUGH)
    directory = await recorded(settings, database, house)
    await both_are_whole(directory)
    await watcher.reload()
    await watcher.locator("[data-command=start]").click(timeout=WITHIN_MS)
    for label, height in (("720p", 720), ("360p", 360)):
        await until_shown(watcher, label, height)


async def until_shown(page: Page, label: str, height: int) -> None:
    """Choose a size until it is shown, from the beginning again: near the end no segment is left to fetch."""
    async with asyncio.timeout(WITHIN_MS / 1000):
        while True:
            await page.evaluate(f"() => {{ {VIDEO}.currentTime = 0; void {VIDEO}.play().catch(() => {{}}); }}")
            await page.get_by_label("Quality").select_option(label=label)
            with suppress(TimeoutError):
                await page.wait_for_function(SHOWS, arg=height, timeout=AGAIN_AFTER_MS)
                return


async def both_are_whole(directory: Path) -> None:
    journals = read_journals(directory)
    larger, smaller = journals["video"].listed, journals[SMALL].listed
    assert [segment.run for segment in larger] == [segment.run for segment in smaller]
    assert {segment.letter for segment in smaller} >= {"s"}
    assert check(directory).faults == []
