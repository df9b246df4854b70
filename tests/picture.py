"""`make picture`: take the README's picture, a live session of the demo with reactions."""

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
"""The data directory of the demo in the picture, which keeps its films from one picture to the next."""
PLENARY = Path(sys.executable).parent / "plenary"
PLAYED_S = 20
APART_MS = 250
HAS_RISEN = """ms => {
  const own = [...document.querySelectorAll("[data-floaters] .is-mine")].at(-1);
  return own?.getAnimations()[0]?.currentTime >= ms;
}"""
"""True once the newest emoji of one's own has floated for that many milliseconds."""
COLOURS = 256
"""The colours of the stored picture: enough for flat colours and text, at a fifth of the size."""


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
    """A screenshot of the live session while its film plays and a few reactions float up."""
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
    """The picture in fewer colours, as PNG."""
    small = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        small, "PNG", optimize=True
    )
    return small.getvalue()


if __name__ == "__main__":
    asyncio.run(main())
