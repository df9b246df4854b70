"""A speaker's camera comes in two sizes, from the backstage page to the recording, and viewers choose between them.

The stage has low latency, and its first camera has one size only: viewers find the second one as they watch.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Page, TimeoutError, expect

from rooms.media.check import check
from rooms.media.disk import read_journals
from rooms.recording import SMALL
from server.models import Stage
from server.settings import Settings
from server.store import stages
from server.store.database import Database
from tests.factory import Factory
from tests.live.waiting import until
from tests.stage.conftest import House, Open
from tests.stage.directing import go_on_air, listed, recorded
from tests.stage.speaking import WITHIN_MS, join

VIDEO = "document.querySelector('[data-player] video')"
SHOWS = f"height => {VIDEO}?.videoHeight === height"
AGAIN_AFTER_MS = 10_000
FROM = f"second => {{ {VIDEO}.currentTime = second; void {VIDEO}.play().catch(() => {{}}); }}"
CAMERA = """
const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
const drawn = canvas.getContext("2d");
setInterval(() => {
  drawn.fillStyle = `hsl(${(Date.now() / 20) % 360} 60% 50%)`;
  drawn.fillRect(0, 0, canvas.width, canvas.height);
}, 100);
navigator.mediaDevices.getUserMedia = ((original) => async (wanted) => {
  const [picture] = canvas.captureStream(10).getVideoTracks();
  picture.contentHint = "detail";
  const sound = await original.call(navigator.mediaDevices, { audio: wanted.audio });
  return new MediaStream([picture, ...sound.getAudioTracks()]);
})(navigator.mediaDevices.getUserMedia);
window.changeCamera = (width, height) => {
  Object.assign(canvas, { width, height });
  document.querySelector("[data-camera]").dispatchEvent(new Event("change", { bubbles: true }));
};
"""
"""A camera that a busy machine makes slower, but not smaller."""
LONG_ENOUGH = 8
"""Segments in two sizes, within which one can switch."""
PART = r"/segments/[^/]+/{letter}-\d+\.\d+\.m4s$"


@pytest.fixture
async def speaker(house: House, open_as: Open, database: Database) -> Page:
    """On air with a camera of 640 × 360."""
    async with database.writing() as db:
        await stages.change(db, await db.get_one(Stage, house.stage.id), low_latency=True)
    page = await open_as(house.amara, f"/{house.event.slug}/stages/{house.stage.id}", CAMERA)
    await join(page)
    await go_on_air(database, house)
    return page


@pytest.fixture
async def watcher(house: House, open_as: Open, make: Factory, speaker: Page, settings: Settings) -> AsyncIterator[Page]:
    """A delegate in front of the session, once there is something to see."""
    await until(lambda: listed(settings, house) >= 2)
    yield await open_as(await make.delegate(house.event), f"/{house.event.slug}/sessions/{house.session.slug}")


@pytest.mark.one_engine
async def test_both_sizes_of_a_camera_are_watched_live_recorded_and_switched_on_demand(
    house: House, settings: Settings, database: Database, speaker: Page, watcher: Page
) -> None:
    await until_shown(watcher, "Auto", 360)
    offered = watcher.get_by_label("Quality").locator("option")
    await expect(offered).to_have_text(["Auto", "360p", "Sound only"], timeout=WITHIN_MS)
    await speaker.evaluate("changeCamera(1280, 720)")
    await until_shown(watcher, "Auto", 720)
    await expect(offered).to_have_text(["Auto", "720p", "360p", "Sound only"], timeout=WITHIN_MS)
    in_one_size = listed(settings, house)
    for label, height, letter in (("360p", 360, "s"), ("720p", 720, "v"), ("360p", 360, "s")):
        async with watcher.expect_response(re.compile(PART.format(letter=letter)), timeout=WITHIN_MS):
            await until_shown(watcher, label, height)

    await until(lambda: listed(settings, house) >= in_one_size + LONG_ENOUGH)
    directory = await recorded(settings, database, house)
    in_two_from = await both_are_whole(directory)
    await watcher.reload()
    await watcher.locator("[data-player-command=start]").click(timeout=WITHIN_MS)
    for label, height in (("720p", 720), ("360p", 360)):
        await until_shown(watcher, label, height, second=in_two_from)


async def until_shown(page: Page, label: str, height: int, second: float | None = None) -> None:
    """Choose it, again if need be: a busy machine may look like a poor line.

    `second`: from there on each time, as near the end of so short a recording nothing is left to fetch.
    """
    async with asyncio.timeout(WITHIN_MS / 1000):
        while True:
            if second is not None:
                await page.evaluate(FROM, second)
            await page.get_by_label("Quality").select_option(label=label)
            with suppress(TimeoutError):
                await page.wait_for_function(SHOWS, arg=height, timeout=AGAIN_AFTER_MS)
                return


async def both_are_whole(directory: Path) -> float:
    """The second from which on there are two sizes."""
    journals = read_journals(directory)
    larger, smaller = journals["video"].listed, journals[SMALL].listed
    assert [segment.run for segment in larger] == [segment.run for segment in smaller]
    assert check(directory).faults == []
    in_one = next(n for n, segment in enumerate(smaller) if segment.letter == "s")
    return sum(segment.seconds for segment in larger[:in_one])
