"""The live page in a real browser: one person's taps are seen by another, through reloads and lost connections."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect
from sqlmodel import func, select

from server.models import Reaction, SessionSpeaker
from server.store import announcements, sessions
from tests.live.page import opened

CLAP = "button[data-emoji=clap]"
TELLS = """() => {
  window.said = [];
  const region = document.querySelector(".connection");
  new MutationObserver(() => said.push(region.textContent.trim())).observe(region, { subtree: true, childList: true });
}"""
"""A script that keeps every text of the connection's live region, however brief."""


@pytest.fixture
def address(served, event, session):
    return f"{served}/{event.slug}/sessions/{session.slug}"


@asynccontextmanager
async def browsing(
    chromium: Browser, address: str, cookie: dict[str, str], *, ready: bool = True, **options: Any
) -> AsyncIterator[Page]:
    """Open a live page for a signed-in person, and with `ready` wait until reactions can be sent."""
    context = await chromium.new_context(**options)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    await context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookie.items()])
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    try:
        await open_live(page, address, ready=ready)
        yield page
        assert problems == []
    finally:
        await context.close()


async def open_live(page: Page, address: str, *, ready: bool = True) -> None:
    await page.goto(address)
    await expect(page.locator("html")).to_have_attribute("data-connection", "open")
    if ready:
        await expect(page.locator(CLAP)).to_be_enabled()


async def stored(database) -> int:
    async with database.reading() as db:
        return (await db.exec(select(func.count()).select_from(Reaction))).one()


async def test_a_clap_is_drawn_at_once_counted_when_stored_and_seen_by_the_other(
    chromium, address, make, event, database
):
    amara, ben = await make.delegate(event, "Amara"), await make.delegate(event, "Ben")
    async with (
        browsing(chromium, address, await make.cookie(amara)) as hers,
        browsing(chromium, address, await make.cookie(ben)) as his,
    ):
        await expect(his.locator(".headcount-count")).to_have_text("2")
        await hers.click(CLAP)
        await expect(hers.locator(".floater.is-mine")).to_have_text("👏")
        await expect(his.locator(".floater")).to_have_text("👏")
        for page in (hers, his):
            await expect(page.locator(CLAP)).to_have_attribute("aria-label", "Clap, 1")
            await expect(page.locator(f"{CLAP} .reaction-count")).to_have_text("1")
        await expect(hers.locator(CLAP)).not_to_have_class(re.compile("is-waiting"))
        assert await hers.locator(".floater:not(.is-mine)").count() == 0
        assert await stored(database) == 1


async def test_keys_one_to_six_send_and_typing_does_not(chromium, address, make, event):
    async with browsing(chromium, address, await make.cookie(await make.delegate(event))) as page:
        for key in "123456":
            await page.keyboard.press(key)
        for button in await page.locator("button[data-emoji]").all():
            await expect(button.locator(".reaction-count")).to_have_text("1")
        await page.click("[data-keys]")
        await page.keyboard.press("1")
        await page.click(CLAP)
        await expect(page.locator(f"{CLAP} .reaction-count")).to_have_text("2")


async def test_when_credits_run_out_there_is_a_kind_word(chromium, address, make, event, database):
    async with browsing(chromium, address, await make.cookie(await make.delegate(event))) as page:
        await page.locator(CLAP).evaluate("button => { for (let n = 0; n < 15; n += 1) button.click(); }")
        await expect(page.locator("[data-word]:visible").last).to_contain_text("So much applause")
        await expect(page.locator(f"{CLAP} .reaction-count")).to_have_text("10")
        assert await stored(database) == 10


@pytest.mark.parametrize("how", ["calm mode", "reduced motion"])
async def test_those_who_asked_for_calm_see_counts_and_nothing_floats(chromium, address, make, event, how):
    person = await make.delegate(event, calm=how == "calm mode")
    options = {"reduced_motion": "reduce"} if how == "reduced motion" else {}
    async with browsing(chromium, address, await make.cookie(person), **options) as page:
        await page.click(CLAP)
        await expect(page.locator(f"{CLAP} .reaction-count")).to_have_text("1")
        assert await page.locator(".floater").count() == 0


async def test_what_was_not_answered_is_sent_once_after_a_reload(chromium, address, make, event, database):
    async with browsing(chromium, address, await make.cookie(await make.delegate(event))) as page:
        await page.evaluate("() => { WebSocket.prototype.send = () => {}; }")
        await page.click(CLAP)
        await expect(page.locator(CLAP)).to_have_class(re.compile("is-waiting"))
        await open_live(page, address)
        await expect(page.locator(f"{CLAP} .reaction-count")).to_have_text("1")
        await page.wait_for_function("() => localStorage.length === 0")
        assert await stored(database) == 1


async def test_of_two_tabs_one_sends_what_a_third_left_behind(chromium, address, make, event, database):
    async with browsing(chromium, address, await make.cookie(await make.delegate(event))) as third:
        one, two = await third.context.new_page(), await third.context.new_page()
        await third.evaluate("() => { WebSocket.prototype.send = () => {}; }")
        await third.click(CLAP)
        await expect(third.locator(CLAP)).to_have_class(re.compile("is-waiting"))
        await third.close()
        await asyncio.gather(open_live(one, address), open_live(two, address))
        for page in (one, two):
            await expect(page.locator(f"{CLAP} .reaction-count")).to_have_text("1")
        assert await stored(database) == 1


async def test_a_lost_connection_is_said_in_words_and_comes_back(chromium, address, make, event):
    lines: list[WebSocketRoute] = []
    refuse = asyncio.Event()

    async def between(line: WebSocketRoute) -> None:
        lines.append(line)
        if refuse.is_set():
            await line.close(code=4001)
        else:
            line.connect_to_server()

    async with browsing(chromium, address, await make.cookie(await make.delegate(event))) as page:
        await page.route_web_socket("**/live", between)
        await open_live(page, address)
        state = page.get_by_role("status").and_(page.locator(".connection"))
        await expect(state).to_have_text("")
        refuse.set()
        await lines[-1].close(code=1012)
        await expect(state).to_have_text("Connection lost, trying again…")
        await expect(state.locator(".connection-pill")).to_be_visible()
        await page.evaluate(TELLS)
        refuse.clear()
        await expect(page.locator("html")).to_have_attribute("data-connection", "open")
        await expect(state).to_have_text("")
        assert await page.evaluate("said.at(-2)") == "Back"
        await page.click(CLAP)
        await expect(page.locator(f"{CLAP} .reaction-count")).to_have_text("1")
        tries = len(lines)
        await lines[-1].close(code=4502)
        await expect(state).to_contain_text("You are signed out here")
        assert len(lines) == tries


async def test_the_bar_appears_when_the_session_begins(chromium, served, make, event, database):
    session = await make.session(event)
    address = f"{served}/{event.slug}/sessions/{session.slug}"
    async with browsing(chromium, address, await make.cookie(await make.delegate(event)), ready=False) as page:
        await expect(page.locator(".reaction-bar")).to_be_hidden()
        async with database.writing() as db:
            await sessions.move(db, session, "start", now=datetime.now(UTC))
        await expect(page.locator(".reaction-bar")).to_be_visible()
        await expect(page.locator(CLAP)).to_be_enabled()
        await page.keyboard.press("1")
        await expect(page.locator(f"{CLAP} .reaction-count")).to_have_text("1")


async def test_an_announcement_appears_and_goes(chromium, address, make, event, database):
    organiser = await make.organiser(event)
    async with browsing(chromium, address, await make.cookie(await make.delegate(event))) as page:
        async with database.writing() as db:
            sent = await announcements.send(db, event.id, organiser.id, "Lunch is until 13:15")
        await expect(page.locator(".announcement")).to_contain_text("Lunch is until 13:15")
        async with database.writing() as db:
            await announcements.withdraw(db, event.id, sent.id, sent.created_at)
        await expect(page.locator(".announcement-body")).to_be_hidden()


async def test_a_speaker_at_home_is_shown_who_is_there_and_is_not_one_of_them(
    chromium, served, make, event, session, keynote, database
):
    hana = await make.person("Hana")
    await make.grant(hana, "speaker", "event", event.id)
    speaker = await make.speaker(event, hana)
    async with database.writing() as db:
        db.add(SessionSpeaker(session_id=session.id, speaker_id=speaker.id))
    delegate = await make.cookie(await make.delegate(event))
    async with browsing(chromium, f"{served}/{event.slug}/speaker", await make.cookie(hana), ready=False) as page:
        here = page.locator("[data-topic=headcount] [data-field=count]")
        async with opened(served, delegate, keynote):
            await expect(here).to_have_text("1")
        await expect(here).to_have_text("0")
