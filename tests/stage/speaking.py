"""Joins backstage as a speaker, and counts the pictures on the pages of speakers and producer."""

from playwright.async_api import Page, expect

WITHIN_MS = 90_000
SEEN = """() => [...document.querySelectorAll('.monitor:not([hidden]) video')].filter(
  video => video.videoWidth > 0 && video.currentTime > 0).length"""
"""Counts the pictures of others that play on a page."""


async def join(page: Page) -> None:
    await page.get_by_role("button", name="Join backstage").click(timeout=WITHIN_MS)
    await is_backstage(page)


async def is_backstage(page: Page) -> None:
    await expect(page.locator(".backstage-self")).to_have_attribute("data-state", "in", timeout=WITHIN_MS)


async def sees(page: Page, others: int) -> None:
    await page.wait_for_function(f"() => ({SEEN})() === {others}", timeout=WITHIN_MS)
