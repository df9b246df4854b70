"""What a viewer sees of a speaker whose camera is the clock of `time_code`."""

import asyncio
import time

from playwright.async_api import Page

from tests.stage.time_code import age_ms

WITHIN_S = 90.0


async def sees_the_clock(page: Page, newer_than_s: float = WITHIN_S) -> None:
    """Until it plays a picture that was taken no longer ago than that. A busy machine may look like a poor line."""
    picture = page.get_by_role("button", name="Show the picture")
    async with asyncio.timeout(WITHIN_S):
        began = time.monotonic()
        while True:
            age = await age_ms(page)
            if age is not None and age / 1000 < newer_than_s + time.monotonic() - began:
                return
            if await picture.is_visible():
                await picture.dispatch_event("click")
            await asyncio.sleep(0.2)


async def watched(watchers: list[Page], seconds: float) -> list[float]:
    """How old the pictures are that each sees, seconds, looked at every second for so long."""
    ages = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for page in watchers:
            age = await age_ms(page)
            if age is not None:
                ages.append(age / 1000)
        await asyncio.sleep(1)
    assert ages, "nobody saw the clock"
    return ages
