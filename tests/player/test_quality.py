"""The quality of the picture: one of its sizes, or the sound alone where the line is too poor."""

import asyncio
import re

from playwright.async_api import Page, Route, expect

from tests.player.cinema import FACTS, PLAYS_WITHIN_MS, VIDEO, NewSession, Visit, plays_on, since, until

MULTIVARIANT = re.compile(r"/media/index\.m3u8$")
SEGMENTS = re.compile(r"/segments/")


async def test_one_can_listen_to_the_sound_alone_and_come_back_to_the_picture(
    with_film: NewSession, visit: Visit
) -> None:
    page = await visit(await with_film(**since(30)))
    await plays_on(page, 1)
    await page.locator("[data-player]").hover()
    await page.get_by_label("Quality").select_option(label="Sound only")
    await expect(page.locator("[data-sound-only]")).to_contain_text("You listen to the sound alone.")
    await until(page, f"{VIDEO}.videoWidth === 0 && {VIDEO}.currentTime > 0 && {FACTS}.playing === 'true'")
    behind = await page.evaluate(f"(Date.now() - Number({FACTS}.mediaTime)) / 1000")
    assert 0 < behind < 60
    await page.get_by_role("button", name="Show the picture").click()
    await until(page, f"{VIDEO}.videoWidth > 0")
    await plays_on(page, 1)


async def test_a_line_that_falls_behind_repeatedly_gets_the_sound_alone(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)))
    await plays_on(page, 1)
    await stand_still(page)
    panel = page.locator("[data-sound-only]")
    await expect(panel).to_be_hidden()
    await page.route(SEGMENTS, lambda _: None)
    await until(page, f"{VIDEO}.seekable.end(0) - {VIDEO}.buffered.end({VIDEO}.buffered.length - 1) > 2")
    await page.unroute(SEGMENTS)
    await stand_still(page)
    await expect(panel).to_contain_text("The line is slow just now", timeout=PLAYS_WITHIN_MS)
    await until(page, f"{VIDEO}.videoWidth === 0 && {FACTS}.playing === 'true'")


async def stand_still(page: Page) -> None:
    """Let the picture stall, again and again."""
    await page.evaluate(f"for (const _ of [1, 2, 3]) {VIDEO}.dispatchEvent(new Event('waiting'))")


async def test_the_sizes_of_the_picture_are_offered_however_late_the_page_loads(
    with_film: NewSession, visit: Visit
) -> None:
    """Its behaviour comes when a page that was opened later plays: it would have begun without it by then."""
    session = await with_film(**since(30))
    page, later = await visit(session), await visit(session)
    played = asyncio.Event()

    async def after_the_later_page(route: Route) -> None:
        await played.wait()
        await route.continue_()

    await page.route(re.compile(r"/behaviours/player-quality[.-]"), after_the_later_page)
    async with page.expect_request(re.compile(r"/behaviours/player-quality[.-]")):
        await page.reload(wait_until="commit")
    await later.reload()
    await plays_on(later, 1)
    played.set()
    await plays_on(page, 1)
    await page.locator("[data-player]").hover()
    quality = page.get_by_label("Quality")
    await expect(quality.locator("option")).to_have_text(["Auto", "360p", "Sound only"])
    await quality.select_option(label="360p")
    await plays_on(page, 1)


async def test_a_size_that_appears_while_somebody_watches_is_offered(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)))
    await page.route(MULTIVARIANT, with_a_larger_one)
    await page.route(MULTIVARIANT, lambda route: route.continue_(), times=1)
    await page.reload()
    await plays_on(page, 1)
    quality = page.get_by_label("Quality")
    await expect(quality.locator("option")).to_have_text(
        ["Auto", "720p", "360p", "Sound only"], timeout=PLAYS_WITHIN_MS
    )
    await page.unroute_all()
    async with page.expect_request(MULTIVARIANT, timeout=PLAYS_WITHIN_MS):
        await quality.select_option(label="720p")
    await expect(quality).to_have_value("auto", timeout=PLAYS_WITHIN_MS)
    await plays_on(page, 1)


async def with_a_larger_one(route: Route) -> None:
    answer = await route.fetch()
    larger = '#EXT-X-STREAM-INF:BANDWIDTH=9000000,CODECS="avc1.42c01f,mp4a.40.2",RESOLUTION=1280x720,AUDIO="sound"'
    await route.fulfill(response=answer, body=f"{await answer.text()}{larger}\nlarger.m3u8\n")
