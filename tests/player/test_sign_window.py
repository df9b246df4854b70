"""The sign-language window, in a real browser: a second picture that keeps step with the first."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server.models import Event, Session
from server.store import films
from server.store.engine.database import Database
from tests.factory import Factory
from tests.player.cinema import FACTS, LONG_S, VIDEO, NewSession, Visit, plays_on, recorded, since, until

SIGN = "document.querySelector('.sign-video')"
IN_STEP_S = 0.3
IN_STEP = (
    f"{SIGN}.readyState > 2 && !{SIGN}.seeking && Math.abs({SIGN}.currentTime - {VIDEO}.currentTime) < {IN_STEP_S}"
)
"""Both show the same film, so every moment is at the same second in both."""


@pytest.fixture
def signed(with_film: NewSession, event: Event, database: Database) -> NewSession:
    """Makes a session that plays a film, with the same film once more as the one in sign language."""

    async def session(**columns: Any) -> Session:
        async with database.writing() as db:
            row = await films.add(db, event.id, "Signed", "long", LONG_S)
        return await with_film(signed_film_id=row.id, **{"can": "long", **columns})

    return session


async def keeps_step(page: Page) -> None:
    """Wait until both pictures have run for two more seconds and are in step."""
    at = await page.evaluate(f"{VIDEO}.currentTime")
    await until(page, f"{VIDEO}.currentTime > {at + 2} && {IN_STEP} && !{SIGN}.paused", 60_000)


async def test_whoever_stated_the_need_sees_the_interpreter_in_step_with_a_live_session(
    signed: NewSession, visit: Visit, make: Factory, event: Event
) -> None:
    page = await visit(await signed(**since(30)), await make.delegate(event, interpreter=True))
    await plays_on(page)
    await expect(page.locator(".sign-window")).to_be_visible(timeout=60_000)
    await keeps_step(page)
    assert await page.evaluate(f"{SIGN}.muted")


async def test_the_window_follows_pause_jumps_and_speed_of_a_recording_and_is_found_again_where_it_was_put(
    signed: NewSession, visit: Visit
) -> None:
    session = await signed(**recorded(LONG_S))
    page = await visit(session)
    await page.get_by_role("button", name="Watch the recording").click()
    await plays_on(page, 1)
    window = page.locator(".sign-window")
    await expect(window).to_be_hidden()
    await page.locator("[data-player]").press("s")
    await expect(window).to_be_visible()
    await keeps_step(page)

    await page.evaluate(f"{VIDEO}.currentTime = 20")
    await until(page, f"{VIDEO}.currentTime > 20")
    await keeps_step(page)
    await page.evaluate(f"{VIDEO}.playbackRate = 1.5")
    await keeps_step(page)
    await page.evaluate(f"{VIDEO}.pause()")
    await until(page, f"{SIGN}.paused && {IN_STEP}")

    await window.get_by_role("button", name="Larger").focus()
    for key in ("ArrowUp", "ArrowLeft", "+"):
        await page.keyboard.press(key)
    await expect(page.locator("[data-player]")).to_have_attribute("data-sign", "top-left")
    kept = json.loads(await page.evaluate("localStorage.getItem('plenary:sign')"))
    assert kept == {"on": True, "anchor": "top-left", "size": 3}
    assert await page.evaluate(f"{VIDEO}.currentTime") > 20  # the arrows moved the window, not the film

    await page.reload()
    await page.locator("[data-command=start]").click()
    await plays_on(page, 1)
    await until(page, f"{FACTS}.sign === 'top-left' && {IN_STEP}", 60_000)


async def test_where_nobody_interprets_there_is_no_button(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)))
    await plays_on(page)
    await page.locator("[data-player]").hover()
    await expect(page.locator("[data-command=sign]")).to_be_hidden()
