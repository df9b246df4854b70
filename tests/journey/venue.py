"""The event and the visitors of a journey. A visitor acts in a real browser."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.async_api import Browser, Page, expect

WITHIN_S = 60
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Venue:
    """A served event: its base address, the paths of its join links, and its command line."""

    address: str
    links: Mapping[str, str]
    command: Sequence[str]
    settings: Mapping[str, str]

    async def plenary(self, *words: str) -> str:
        """Run a command and return its output. Fails when the command does."""
        process = await asyncio.create_subprocess_exec(
            *self.command,
            *words,
            env={**os.environ, **self.settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complaint = await process.communicate()
        assert process.returncode == 0, complaint.decode()
        return printed.decode()

    def client(self) -> httpx.AsyncClient:
        """An HTTP client for a visitor without a browser."""
        return httpx.AsyncClient(base_url=self.address, follow_redirects=True, timeout=30)


@asynccontextmanager
async def visiting(chromium: Browser, venue: Venue, size: dict[str, int] = LAPTOP) -> AsyncIterator["Visitor"]:
    """A visitor with a browser of their own. Fails at the end if a page had an error or broke the content policy."""
    context = await chromium.new_context(viewport=size, base_url=venue.address)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    try:
        yield Visitor(page)
        assert complaints == []
    finally:
        await context.close()


class Visitor:
    """A person with a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def join(self, link: str) -> None:
        await self.page.goto(link)
        await self.page.get_by_role("button", name="Join", exact=True).click()
        await expect(self.page).not_to_have_url(re.compile("/join/"))

    async def register(self, name: str, email: str, understanding: int) -> None:
        await self.page.goto("/demo/registration")
        await self.page.get_by_role("textbox", name="Name").fill(name)
        await self.page.get_by_role("textbox", name="E-mail address").fill(email)
        await self.page.locator(f"input[name=understanding][value='{understanding}']").check(force=True)
        await self.page.get_by_role("button", name="Register").click()
        await expect(self.page).to_have_url(re.compile("/demo/registration/done"))

    async def find_link_in_mail(self, email: str) -> str:
        """The join link in the newest mail to an address, found by the organiser in the console."""
        letter = self.page.locator(".mail-row", has_text=email).first
        async with asyncio.timeout(WITHIN_S):
            await self.page.goto("/demo/console/mail")
            while not await letter.get_by_text("Kept here").count():
                await self.page.reload()
        await letter.get_by_role("link").click()
        href = await self.page.locator(".letter-text a[href*='/join/']").first.get_attribute("href")
        assert href is not None
        return href

    async def watch(self, session: str) -> None:
        """Open a session's page and wait until its live connection is open."""
        await self.page.goto(f"/demo/sessions/{session}")
        await expect(self.page.locator("html")).to_have_attribute("data-connection", "open")

    async def sees_moving_pictures(self) -> None:
        """Wait until the video has advanced by a second and painted frames."""
        await self.page.wait_for_function(MOVES)

    async def react(self, emoji: str) -> None:
        await self.page.locator(f"button[data-emoji={emoji}]").click()

    async def sees_reactions(self, emoji: str, count: int) -> None:
        shown = self.page.locator(f"button[data-emoji={emoji}] .reaction-count")
        await expect(shown).to_have_text(f"{count:,}")

    async def reactions(self) -> dict[str, int]:
        """The counts that the page shows, by emoji."""
        counts = self.page.locator("button[data-emoji]")
        return {
            str(await button.get_attribute("data-emoji")): int(
                (await button.locator(".reaction-count").inner_text()).replace(",", "")
            )
            for button in await counts.all()
        }

    async def sees(self, text: str, **options: Any) -> None:
        await expect(self.page.get_by_text(text, **options).first).to_be_visible(timeout=10_000)


MOVES = """() => {
  const video = document.querySelector("video");
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  video.began ??= video.currentTime;
  return video.currentTime > video.began + 1 && frames > 5 && !video.paused;
}"""
