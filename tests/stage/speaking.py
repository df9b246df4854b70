"""What a speaker does on the backstage page."""

from playwright.async_api import Page, expect

WITHIN_MS = 90_000


async def join(page: Page) -> None:
    await page.get_by_role("button", name="Join backstage").click(timeout=WITHIN_MS)
    await is_backstage(page)


async def is_backstage(page: Page) -> None:
    await expect(page.locator(".backstage-self")).to_have_attribute("data-state", "in", timeout=WITHIN_MS)
