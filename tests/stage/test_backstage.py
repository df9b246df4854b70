"""Speakers meet backstage, the producer takes one on air, and the media process dies in the middle of it."""

import asyncio
import os
import re
import signal
from pathlib import Path

from playwright.async_api import Page, expect

from server.settings import Settings
from server.store import stages
from tests.factory import Factory
from tests.live.waiting import until
from tests.stage.conftest import House, Open

WITHIN_MS = 90_000
SEEN = """() => [...document.querySelectorAll('.monitor:not([hidden]) video')].filter(
  video => video.videoWidth > 0 && video.currentTime > 0).length"""
"""How many pictures of others really play on a page."""


async def join(page: Page) -> None:
    await page.get_by_role("button", name="Join backstage").click(timeout=WITHIN_MS)
    await is_backstage(page)


async def is_backstage(page: Page) -> None:
    await expect(page.locator(".backstage-self")).to_have_attribute("data-state", "in", timeout=WITHIN_MS)


async def sees(page: Page, others: int) -> None:
    await page.wait_for_function(f"() => ({SEEN})() === {others}", timeout=WITHIN_MS)


async def test_a_speaker_goes_on_air_and_comes_back_when_the_media_process_was_killed(
    house: House, open_as: Open, settings: Settings, make: Factory
):
    backstage = f"/{house.event.slug}/stages/{house.stage.id}"
    amara, ben = await open_as(house.amara, backstage), await open_as(house.ben, backstage)
    producer = await open_as(house.olive, f"/{house.event.slug}/console/stages/{house.stage.id}")
    await join(amara)
    await join(ben)
    await sees(amara, 1)
    await sees(ben, 1)
    await sees(producer, 2)

    tally = amara.locator(".tally")
    await expect(tally).to_contain_text("Standing by")
    await producer.locator(".monitor", has_text="Amara").get_by_role("button", name="Take").click()
    await producer.get_by_role("button", name="Go on air").click()
    await expect(tally).to_have_attribute("data-state", "on-air", timeout=WITHIN_MS)
    await expect(ben.locator(".tally")).to_have_attribute("data-state", "beside", timeout=WITHIN_MS)
    sent = settings.data / "media" / "programmes" / str(house.session.id) / "video.m3u8"
    before = await segments(sent, at_least=2)

    connections = await connections_of(make, house)
    os.kill(media_process(settings), signal.SIGKILL)
    async with asyncio.timeout(WITHIN_MS / 1000):
        while (await connections_of(make, house)) & (connections | {None}):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    await is_backstage(amara)
    await is_backstage(ben)
    await sees(ben, 1)
    after = await segments(sent, at_least=before + 2)
    assert after > before
    assert "#EXT-X-DISCONTINUITY" in sent.read_text()

    await producer.get_by_role("button", name="Clear").click()
    await expect(tally).to_have_attribute("data-state", "clear", timeout=WITHIN_MS)


async def connections_of(make: Factory, house: House) -> set[str | None]:
    """By what those backstage send; None for somebody who does not."""
    async with make.database.reading() as db:
        return {source.connection for source in await stages.sources_of(db, house.stage.id)}


async def segments(playlist: Path, *, at_least: int) -> int:
    """How many segments are listed, once there are so many."""
    await until(lambda: listed_in(playlist) >= at_least)
    return listed_in(playlist)


def listed_in(playlist: Path) -> int:
    return len(re.findall(r"^v-.*m4s$", playlist.read_text(), re.MULTILINE)) if playlist.exists() else 0


def media_process(settings: Settings) -> int:
    """The process id of the media process that serves this data directory."""
    ours = f"PLENARY_DATA={settings.data}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue
        if b"--child" in words.split(b"\0") and ours in environment.split(b"\0"):
            return int(process.name)
    raise AssertionError("there is no media process")
