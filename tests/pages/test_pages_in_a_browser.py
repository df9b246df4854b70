"""A delegate's pages in a real browser: they change by themselves, and work without scripts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from server.models import Event, Person, Session
from server.store import sessions
from server.store.engine.database import Database
from tests.factory import Factory

SHOWN_WITHIN_MS = 60_000


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event(slug="mse")


@pytest.fixture
async def amina(make: Factory, event: Event) -> Person:
    return await make.delegate(event)


@asynccontextmanager
async def browsing(
    chromium: Browser, address: str, make: Factory, person: Person | None, *, is_strong: bool = False, **options: Any
) -> AsyncIterator[Page]:
    """A page of a browser in which this person is signed in, strongly if `is_strong`."""
    context = await chromium.new_context(base_url=address, **options)
    if person is not None:
        cookies = await make.cookie(person, strong=is_strong)
        await context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def move(database: Database, session: Session, name: str) -> None:
    async with database.writing() as db:
        assert await sessions.move(db, session, name, now=datetime.now(UTC))


async def test_a_session_that_starts_and_ends_is_seen_without_a_reload(
    chromium: Browser, served: str, database: Database, make: Factory, event: Event, amina: Person
) -> None:
    session = await make.session(event, title="Healthy Hearts")
    async with browsing(chromium, served, make, amina) as page:
        await page.goto("/mse/lobby")
        await page.evaluate("window.mark = 'the same page'")
        await expect(page.get_by_text("Nothing is live just now.")).to_be_visible()
        await move(database, session, "start")
        await expect(page.get_by_role("link", name="Join live")).to_be_visible(timeout=SHOWN_WITHIN_MS)
        await move(database, session, "end")
        await expect(page.get_by_text("Everything on the agenda is over.")).to_be_visible(timeout=SHOWN_WITHIN_MS)
        assert await page.evaluate("window.mark") == "the same page"


async def test_hours_are_those_of_the_readers_clock_when_asked_for(
    chromium: Browser, served: str, make: Factory, event: Event, amina: Person
) -> None:
    await make.session(event, starts_at=datetime(2026, 6, 28, 8, 30, tzinfo=UTC))
    async with browsing(chromium, served, make, amina, timezone_id="Asia/Kathmandu") as page:
        await page.goto("/mse/agenda")
        await expect(page.locator(".session-row-time")).to_contain_text("09:30")
        await page.goto("/mse/agenda?zone=mine")
        await expect(page.locator(".session-row-time")).to_contain_text("14:15")
        await page.goto("/mse")
        await expect(page.locator(".event-when")).to_contain_text("your time 14:15")


async def test_without_scripts_one_registers_chooses_and_reads(
    chromium: Browser, served: str, make: Factory, event: Event, amina: Person
) -> None:
    session = await make.live_session(event, title="Healthy Hearts", abstract="Find it sooner.")
    async with browsing(chromium, served, make, None, java_script_enabled=False) as page:
        await page.goto("/mse?via=A+colleague")
        await page.get_by_role("link", name="Register", exact=True).click()
        await page.get_by_role("textbox", name="Name").fill("Ben")
        await page.get_by_role("textbox", name="E-mail address").fill("ben@example.org")
        await page.get_by_role("button", name="Register").click()
        await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    async with browsing(chromium, served, make, amina, java_script_enabled=False) as page:
        await page.goto("/mse/agenda")
        await page.get_by_role("button", name="Add to my agenda: Healthy Hearts").click()
        await expect(page.get_by_text("Added to my agenda.")).to_be_visible()
        await page.goto(f"/mse/sessions/{session.slug}")
        for words in ("Find it sooner.", "The speakers are not named yet."):
            await expect(page.get_by_text(words)).to_be_visible()


async def test_a_cleared_box_stays_cleared_when_somebody_else_sits_down_meanwhile(
    chromium: Browser, served: str, database: Database, make: Factory, event: Event
) -> None:
    """The box of somebody who ticked it when they registered: drawn anew, it would name them against their will."""
    bea, ben = await make.delegate(event, "Bea", directory=True), await make.delegate(event, "Ben")
    table = await make.table(event)
    async with (
        browsing(chromium, served, make, bea) as hers,
        browsing(chromium, served, make, ben) as his,
    ):
        for page in (hers, his):
            await page.goto(f"/mse/lounge/{table.id}")
            await page.wait_for_selector("html[data-connection=open]")
        box = hers.get_by_label("Show my name here")
        await expect(box).to_be_checked()
        await box.uncheck()
        await his.get_by_role("button", name="Take a seat").click()
        await expect(hers.locator("#seats")).to_contain_text("Delegate 1", timeout=SHOWN_WITHIN_MS)
        await expect(box).not_to_be_checked()
        await hers.get_by_role("button", name="Take a seat").click()
        await expect(hers.locator("#seats")).to_contain_text("The others here see you as Delegate 2")
        await expect(his.locator("#seats")).to_contain_text("Delegate 2", timeout=SHOWN_WITHIN_MS)
        await hers.get_by_role("button", name="Show my name here").click()
        await expect(his.locator("#seats")).to_contain_text("Bea", timeout=SHOWN_WITHIN_MS)
        await hers.get_by_role("button", name="Hide my name").click()
        await expect(his.locator("#seats")).not_to_contain_text("Bea", timeout=SHOWN_WITHIN_MS)
