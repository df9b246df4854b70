"""Chromium or Chrome, found on the path and driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Error, async_playwright, expect

from tests.engines import EngineMissing

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
SHOWN_WITHIN_MS = 30_000
"""The longest time in which a page has to show an expected change, on a busy machine."""
CODECS = {"H.264": 'video/mp4; codecs="avc1.42E01E"', "AAC": 'audio/mp4; codecs="mp4a.40.2"'}


@asynccontextmanager
async def running_chromium(*more: str) -> AsyncIterator[Browser]:
    """A headless browser, started with `more` command-line arguments.

    Raises EngineMissing when there is no browser or it cannot play our media.
    """
    expect.set_options(timeout=SHOWN_WITHIN_MS)
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=program(), args=[*QUIET, *sandbox, *more])
        except Error as problem:
            raise EngineMissing(f"The browser does not start: {problem.message.splitlines()[0]}") from problem
        async with browser:
            await check_codecs(browser)
            yield browser


def program() -> str:
    """The path of the browser. Raises EngineMissing when there is none."""
    for name in PROGRAMS:
        if path := shutil.which(name):
            return path
    raise EngineMissing("There is no browser on the path: install Chromium")


async def check_codecs(browser: Browser) -> None:
    """Check that the browser plays the codecs that Plenary sends. Raises EngineMissing when it does not."""
    page = await browser.new_page()
    for name, kind in CODECS.items():
        if not await page.evaluate("kind => MediaSource.isTypeSupported(kind)", kind):
            raise EngineMissing(f"{program()} cannot play {name}: install Chromium or Chrome with its codecs")
    await page.close()
