"""Watches a speaker whose camera is the clock of `time_code`."""

import time

from playwright.async_api import Page

from tests.stage.time_code import age_ms
from tests.waiting import paced, until

WITHIN_S = 90.0


async def sees_the_clock(page: Page, newer_than_s: float = WITHIN_S) -> None:
    """Wait until the page plays a picture no older than that. On a busy machine it may offer sound alone meanwhile."""
    picture = page.get_by_role("button", name="Show the picture")
    began_s = time.monotonic()

    async def is_new() -> bool:
        age = await age_ms(page)
        if age is not None and age / 1000 < newer_than_s + time.monotonic() - began_s:
            return True
        if await picture.is_visible():
            await picture.dispatch_event("click")
        return False

    await until(is_new, WITHIN_S)


async def watched(watchers: list[Page], seconds: float) -> list[float]:
    """Return the ages of the pictures that the watchers see, seconds, read once a second for `seconds`."""
    ages = []
    async for _ in paced(1, round(seconds) + 1):
        for page in watchers:
            age = await age_ms(page)
            if age is not None:
                ages.append(age / 1000)
    assert ages, "nobody saw the clock"
    return ages
