"""Every page of the route table on a small phone: axe finds nothing, nothing is cut off, the browser logs no error."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.everywhere.cases import CASES, EVERYONE, address
from tests.everywhere.conftest import Demo
from tests.fixtures import serving_here

WIDTH, HEIGHT = 320, 700
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
"""The rules whose findings can differ between the light and the dark theme."""
NO_PAGES = frozenset(
    {
        "/livez",
        "/readyz",
        "/metrics",
        "/static/{path:path}",
        "/{event}/share.svg",
        "/{event}/agenda.ics",
        "/{event}/sessions/{session}.ics",
        "/{event}/sessions/{session}/crowd.json",
        "/{event}/sessions/{session}/media/poster.jpg",
        "/{event}/sessions/{session}/media/captions.vtt",
        "/{event}/sessions/{session}/media/{name}",
        "/{event}/sessions/{session}/preview/{name}",
        "/segments/{media_key}/{name}",
        "/{event}/my-data/download",
        "/{event}/console/security-log.csv.zip",
        "/{event}/report/export.{format}",
    }
)
"""Addresses whose answer is not a page."""
PAGES = sorted(path for method, path in CASES if method == "GET" and path not in NO_PAGES)


def visitor_of(path: str) -> str:
    """The kind of visitor for whom the page shows most."""
    open_to = CASES["GET", path].open_to
    if open_to == EVERYONE and path != "/{event}/agenda":
        return "stranger"
    return next(visitor for visitor in ("delegate", "speaker", "organiser") if visitor in open_to)


@asynccontextmanager
async def looking(chromium: Browser, served: str, cookies: dict[str, str]) -> AsyncIterator[Page]:
    """A page of a browser the size of a small phone, signed in by the cookies."""
    context = await chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
    await context.add_cookies([{"name": name, "value": value, "url": served} for name, value in cookies.items()])
    try:
        yield await context.new_page()
    finally:
        await context.close()


@pytest.fixture(scope="module")
async def served(shared: Demo) -> AsyncIterator[str]:
    """The address of the shared demo."""
    async with serving_here(shared.app.state.settings) as address:
        yield address


@pytest.mark.parametrize("visitor", ["stranger", "delegate", "speaker", "organiser"])
async def test_every_page_passes_axe_and_fits_a_small_phone(
    served: str, chromium: Browser, shared: Demo, visitor: str
) -> None:
    found: list[str] = []
    world = shared.world
    async with looking(chromium, served, world.cookies[visitor]) as page:
        complaints = complaints_of(page)
        for path in (path for path in PAGES if visitor_of(path) == visitor):
            await page.emulate_media(color_scheme="light")
            answer = await page.goto(served + address(path, world))
            assert answer is not None and answer.status == 200, path
            found += [f"{path}: {finding}" for finding in await findings(page, RULES)]
            await page.emulate_media(color_scheme="dark")
            found += [f"{path}, dark: {finding}" for finding in await findings(page, COLOURS)]
            found += [f"{path}: {complaint}" for complaint in complaints]
            complaints.clear()
    assert found == []


def complaints_of(page: Page) -> list[str]:
    """A list that grows with each error in the browser's console."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


async def findings(page: Page, rules: dict[str, object]) -> list[str]:
    """A line for each finding of axe on a page, and one when the page is wider than the phone."""
    results = await Axe().run(page, options=rules)
    found = [
        f"{violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    width = await page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"is {width} px wide"] if width > WIDTH else [])
