"""A part of a page that is drawn anew takes nothing away from whoever is using it."""

from playwright.async_api import Browser, Page, expect

from server.store.engine.database import Database
from tests.factory import Factory
from tests.pages.test_pages_in_a_browser import SHOWN_WITHIN_MS, browsing, move

REDRAWN_WITHIN_MS = 2_000
"""Longer than a page waits before it draws a part anew."""


async def opened(page: Page, path: str) -> None:
    """Open a page whose clock can be moved on, and count the changes that it hears of."""
    await page.clock.install()
    await page.goto(path)
    await page.wait_for_selector("html[data-connection=open]")
    await page.evaluate("document.addEventListener('plenary:changed', () => (document.body.dataset.heard = 'yes'))")


async def hears(page: Page) -> None:
    """Wait until the page has heard of a change, and let the time pass after which it draws anew."""
    await page.wait_for_selector("body[data-heard]", timeout=SHOWN_WITHIN_MS)
    await page.evaluate("delete document.body.dataset.heard")
    await page.clock.run_for(REDRAWN_WITHIN_MS)


async def test_what_was_agreed_to_is_done_though_somebody_else_changed_the_page_meanwhile(
    chromium: Browser, served: str, database: Database, make: Factory
) -> None:
    event = await make.event(slug="mse")
    session = await make.live_session(event, title="Healthy Hearts")
    async with browsing(chromium, served, make, await make.organiser(event), is_strong=True) as page:
        await opened(page, f"/mse/console/sessions/{session.slug}")
        await page.locator("#moves").get_by_role("button", name="End", exact=True).click()
        asks = page.get_by_role("dialog")
        await expect(asks).to_be_visible()
        await move(database, session, "pause")
        await hears(page)
        await asks.get_by_role("button", name="End", exact=True).click()
        await expect(page.get_by_text("The session is over.")).to_be_visible(timeout=SHOWN_WITHIN_MS)


async def test_the_keyboard_stays_where_it_is_when_somebody_else_changes_the_page(
    chromium: Browser, served: str, database: Database, make: Factory
) -> None:
    event = await make.event(slug="mse")
    session = await make.live_session(event, title="Healthy Hearts")
    async with browsing(chromium, served, make, await make.organiser(event), is_strong=True) as page:
        await opened(page, f"/mse/console/sessions/{session.slug}")
        moves = page.locator("#moves")
        await moves.get_by_role("button", name="End", exact=True).focus()
        await move(database, session, "pause")
        await hears(page)
        await expect(moves.get_by_role("button", name="Resume")).to_be_visible(timeout=SHOWN_WITHIN_MS)
        await expect(moves.get_by_role("button", name="End", exact=True)).to_be_focused()
        await moves.get_by_role("button", name="Resume").focus()
        await move(database, session, "end")
        await hears(page)
        await expect(moves).to_contain_text("Take the end back", timeout=SHOWN_WITHIN_MS)
        await expect(moves).to_be_focused()
