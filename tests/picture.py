"""`make picture`: draws the README's picture, a live session in the demo with people reacting to it."""

import asyncio
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page

from tests.engines.chromium import running_chromium
from tests.running_demo import running_demo

PICTURE = Path(__file__).resolve().parent.parent / ".readme" / "picture.png"
PLENARY = Path(sys.executable).parent / "plenary"
FIRST_DEMO_WITHIN_S = 300
PLAYED_S = 20
COLOURS = 128
"""Enough for flat colours and type, and a fifth of the size."""


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_demo(PLENARY, Path(folder), opens_within_s=FIRST_DEMO_WITHIN_S) as links,
            running_chromium() as browser,
        ):
            PICTURE.parent.mkdir(exist_ok=True)
            PICTURE.write_bytes(reduced(await draw(browser, links["delegate"])))
    print(f"Drawn: {PICTURE.relative_to(Path.cwd())}, {PICTURE.stat().st_size // 1000} kB")


async def draw(browser: Browser, join_link: str) -> bytes:
    """A screenshot of the live session once its film plays and a few reactions float."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    await page.goto(join_link)
    await page.get_by_role("button", name="Join").click()
    await page.get_by_role("link", name="Join live").first.click()
    await page.wait_for_function("seconds => document.querySelector('video')?.currentTime > seconds", arg=PLAYED_S)
    await react(page)
    return await page.screenshot()


async def react(page: Page) -> None:
    for key in "1213141":
        await page.keyboard.press(key)
        await page.wait_for_timeout(250)


def reduced(png: bytes) -> bytes:
    """The same picture in fewer colours."""
    small = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        small, "PNG", optimize=True
    )
    return small.getvalue()


if __name__ == "__main__":
    asyncio.run(main())
