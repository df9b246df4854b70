"""The delegate's journey with only the keyboard, with a visible focus at every step."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journey.venue import Venue, visiting

MOST_STEPS = 150
"""Presses of Tab, at most: more than the stops of any of our pages."""
NAME_OF_FOCUS = """() => {
  const element = document.activeElement;
  const words = [element.ariaLabel, ...[...element.labels ?? []].map((label) => label.innerText), element.innerText];
  return words.find((text) => text?.trim())?.trim() ?? "";
}"""
FOCUS_IS_SEEN = """() => {
  const seen = (element) => {
    const style = getComputedStyle(element);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  const element = document.activeElement;
  return [element, element.parentElement, element.nextElementSibling].some((near) => near && seen(near));
}"""
IS_OPEN_CHOICE = "document.activeElement.type === 'radio' && !document.activeElement.checked"
pytestmark = pytest.mark.timeout(300)


class Hands:
    """A person without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def reach(self, name: str) -> None:
        """Press Tab until an element is focused whose name begins with `name`. Fails when its focus is not visible."""
        met: list[str] = []
        for _ in range(MOST_STEPS):
            await self.page.keyboard.press("Tab")
            met.append(await self.page.evaluate(NAME_OF_FOCUS))
            if met[-1].startswith(name):
                assert await self.page.evaluate(FOCUS_IS_SEEN), f"nobody can see that {name} has the focus"
                return
        raise AssertionError(f"{name} cannot be reached; on the way were {met}")

    async def press(self, name: str) -> None:
        """Move the focus to an element and press Enter."""
        await self.reach(name)
        await self.page.keyboard.press("Enter")

    async def follow(self, name: str) -> None:
        """Move the focus to a link or button that leads to another page, and go there."""
        await self.reach(name)
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def fill(self, name: str, text: str) -> None:
        await self.reach(name)
        await self.page.keyboard.type(text)


async def test_a_delegate_needs_no_mouse(venue: Venue, chromium: Browser) -> None:
    async with visiting(chromium, venue) as amina:
        page, hands = amina.page, Hands(amina.page)
        await page.goto("/demo")
        await hands.press("Skip to the content")
        await hands.follow("Register")
        await hands.fill("Name", "Amina Okafor")
        await hands.fill("E-mail address", "amina@example.org")
        await hands.follow("Register")
        await expect(page).to_have_url(re.compile("/demo/registration/done"))

        await page.goto(venue.links["delegate"])
        await hands.follow("Join")
        await expect(page).to_have_url(re.compile("/demo/lobby"))
        await hands.follow("Join live")
        await expect(page.locator("html")).to_have_attribute("data-connection", "open")
        await expect(page.locator("button[data-emoji=clap]")).to_be_enabled()
        claps = (await amina.reactions())["clap"]
        await page.keyboard.press("1")
        await amina.sees_reactions("clap", claps + 1)

        await hands.follow("Lounge")
        await expect(page).to_have_url(re.compile("/demo/lounge"))
        await hands.follow("Take a seat")
        await expect(page).to_have_url(re.compile("/demo/lounge/."))
        await hands.fill("Say something", "Good morning from Basildon")
        await page.keyboard.press("Enter")
        await expect(page.locator(".thread")).to_contain_text("Good morning from Basildon")

        await page.goto("/demo/surveys/after")
        await answer_all(hands)
        await hands.follow("Send my answers")
        await amina.sees("Thank you for your answers")

        await hands.press("My menu")
        await hands.follow("My data")
        await expect(page).to_have_url(re.compile("/demo/my-data"))


async def answer_all(hands: Hands) -> None:
    """Choose the first answer of every question with choices; Tab moves from question to question."""
    for _ in range(await hands.page.locator("fieldset").count()):
        for _ in range(MOST_STEPS):
            await hands.page.keyboard.press("Tab")
            if await hands.page.evaluate(IS_OPEN_CHOICE):
                break
        await hands.page.keyboard.press("Space")
