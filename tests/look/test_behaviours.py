"""The pages' small behaviours, seen in a real browser on the page of components."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.factory import Factory

DARK, LIGHT = "rgb(20, 23, 26)", "rgb(250, 247, 242)"
"""The ground of each theme, as the browser writes it."""


@pytest.fixture
async def address(served: str, make: Factory) -> str:
    """The page of components, which stands where a demo event is."""
    await make.event(slug="demo", kind="demo")
    return f"{served}/styleguide"


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    async with await chromium.new_context(color_scheme="light", timezone_id="Pacific/Auckland") as context:
        yield context


@pytest.fixture
async def page(context: BrowserContext, address: str) -> Page:
    page = await context.new_page()
    await page.goto(address)
    await page.wait_for_selector("html[data-connected]")
    return page


async def ground_of(page: Page) -> str:
    return str(await page.evaluate("getComputedStyle(document.body).backgroundColor"))


async def test_the_chosen_theme_is_remembered_and_drawn_by_the_server(page: Page, context: BrowserContext) -> None:
    toggle = page.get_by_role("button", name="Dark theme")
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    assert await ground_of(page) == LIGHT

    await toggle.click()
    assert await ground_of(page) == DARK

    again = await context.new_page()
    await again.goto(page.url)
    await again.wait_for_selector("html[data-connected]")
    assert await ground_of(again) == DARK
    await expect(again.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "true")


async def test_without_a_choice_the_system_decides(page: Page) -> None:
    await page.emulate_media(color_scheme="dark")
    assert await ground_of(page) == DARK
    await page.emulate_media(color_scheme="dark", media="print")
    assert await ground_of(page) != DARK


async def test_tabs_are_moved_through_by_arrow_keys(page: Page) -> None:
    await page.get_by_role("tab", name="About").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Speakers")).to_be_focused()
    await expect(page.get_by_role("tabpanel", name="Speakers")).to_be_visible()
    await expect(page.get_by_role("tabpanel", name="About")).to_be_hidden()

    await page.keyboard.press("End")
    await expect(page.get_by_role("tabpanel", name="Transcript")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tabpanel", name="About")).to_be_visible()


async def test_escape_closes_a_menu_and_gives_the_focus_back(page: Page) -> None:
    summary = page.locator("details.menu-start summary")
    await summary.click()
    await page.get_by_role("link", name="Download").focus()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Download")).to_be_hidden()
    await expect(summary).to_be_focused()


async def test_a_menu_closes_when_something_else_is_pressed(page: Page) -> None:
    await page.locator("details.menu-start summary").click()
    await page.locator("h1").click()
    await expect(page.get_by_role("link", name="Download")).to_be_hidden()


async def test_what_cannot_be_undone_is_asked_first(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    end = page.locator("form[data-behaviour=confirm]").get_by_role("button", name="End the session")
    await end.click()
    dialog = page.get_by_role("dialog", name="End this session for everybody?")
    await dialog.get_by_role("button", name="Not now").click()
    await expect(dialog).to_be_hidden()
    await expect(end).to_be_focused()
    assert "POST" not in sent

    await end.click()
    async with page.expect_request(lambda request: request.method == "POST"):
        await dialog.get_by_role("button", name="End the session").click()


async def test_a_form_says_beside_each_field_what_is_missing(page: Page) -> None:
    form = page.locator("form[data-behaviour=form-errors]")
    email = form.get_by_label("E-mail")
    await form.get_by_role("button", name="Register").click()
    await expect(email).to_be_focused()
    await expect(email).to_have_accessible_description("Your join link goes there. Please fill this in.")
    await expect(form.locator("#field-sector-error")).to_contain_text("Please choose one of the answers.")

    await email.fill("sam@")
    await form.get_by_role("button", name="Register").click()
    await expect(form.locator("#field-email-error")).to_contain_text("Please give a whole address")

    await email.fill("sam@example.org")
    await expect(form.locator("#field-email-error")).to_be_hidden()
    await expect(email).not_to_have_attribute("aria-invalid", "true")


async def test_a_line_of_the_summary_leads_into_its_field(page: Page) -> None:
    await page.get_by_role("alert").get_by_role("link", name="Your understanding").click()
    await expect(page.locator("#field-wrong_scale").get_by_role("radio").first).to_be_focused()


async def test_times_are_told_where_the_reader_is(page: Page) -> None:
    auckland = await page.evaluate(
        "new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'})"
        ".format(new Date(document.querySelector('[data-zone=\"Europe/London\"]').dataset.datetime))"
    )
    await expect(page.locator(".your-time[data-zone='Europe/London']").first).to_have_text(f"your time {auckland}")
    await expect(page.locator(".your-time[data-zone='Pacific/Auckland']").first).to_be_hidden()
    await expect(page.locator(".until").first).to_have_text("in 14 min")


async def test_everything_is_there_without_scripts(chromium: Browser, address: str) -> None:
    async with await chromium.new_context(java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(address)
        for title in ("About", "Speakers", "Transcript"):
            await expect(page.locator(".tab-panel").get_by_role("heading", name=title)).to_be_visible()
        await expect(page.get_by_role("button", name="Dark theme")).to_be_hidden()
        await page.locator("details.menu-start summary").click()
        await expect(page.get_by_role("link", name="Download")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 834, 1280])
async def test_no_width_needs_scrolling_sideways(chromium: Browser, address: str, width: int) -> None:
    async with await chromium.new_context(viewport={"width": width, "height": 800}) as context:
        page = await context.new_page()
        await page.goto(address)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
