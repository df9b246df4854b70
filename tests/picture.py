"""`make picture`: draws the README's picture, a live session in the demo with people reacting to it."""

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page

from tests.engines.chromium import running_chromium
from tests.running_demo import running_demo

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / ".readme" / "picture.png"
FOLDER = ROOT / ".plenary" / "picture"
"""Where the demo that is drawn keeps its films from one picture to the next."""
PLENARY = Path(sys.executable).parent / "plenary"
PLAYED_S = 20
APART_MS = 250
HAS_RISEN = """ms => {
  const own = [...document.querySelectorAll("[data-floaters] .is-mine")].at(-1);
  return own?.getAnimations()[0]?.currentTime >= ms;
}"""
"""Whether the newest emoji of one's own has floated for so long."""
COLOURS = 256
"""Enough for flat colours and type, and a fifth of the size."""


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with (
        running_demo(PLENARY, FOLDER) as demo,
        running_chromium() as browser,
    ):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_bytes(reduced(await draw(browser, demo.links["delegate"])))
    print(f"Drawn: {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size // 1000} kB")


async def draw(browser: Browser, join_link: str) -> bytes:
    """A screenshot of the live session once its film plays and a few reactions float."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    await page.goto(join_link)
    await page.get_by_role("button", name="Join").click()
    await page.get_by_role("link", name="Join live").first.click()
    await page.get_by_role("button", name="Dismiss").click()
    await page.wait_for_function("seconds => document.querySelector('video')?.currentTime > seconds", arg=PLAYED_S)
    await react(page)
    return await page.screenshot()


async def react(page: Page) -> None:
    for key in "1213141":
        await page.keyboard.press(key)
        await page.wait_for_function(HAS_RISEN, arg=APART_MS)


def reduced(png: bytes) -> bytes:
    """The same picture in fewer colours."""
    small = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        small, "PNG", optimize=True
    )
    return small.getvalue()


if __name__ == "__main__":
    asyncio.run(main())
