"""An organiser uploads a film in a real browser, in pieces, and sees it made ready."""

import pytest
from playwright.async_api import Browser, expect

from rooms.media.films.cards import Typeface
from rooms.media.films.film import make_film
from rooms.media.films.spec import FilmSpec
from server.models import Event
from tests.factory import Factory
from tests.player.conftest import House

READY_WITHIN_MS = 120_000
ABOUT = {"title": "Hearts", "speaker": "A nurse", "accent": "#005a66", "cards": [{"text": "Hello", "seconds": 2}]}


async def test_a_film_is_uploaded_and_made_ready(
    house: House, chromium: Browser, make: Factory, event: Event, tmp_path_factory: pytest.TempPathFactory
) -> None:
    film = tmp_path_factory.mktemp("film") / "healthy_hearts.mp4"
    make_film(FilmSpec.from_json(ABOUT), film, Typeface(), lambda share: None)
    context = await chromium.new_context()
    cookies = (await make.cookie(await make.organiser(event), strong=True)).items()
    await context.add_cookies([{"name": name, "value": value, "url": house.address} for name, value in cookies])
    page = await context.new_page()
    await page.goto(f"{house.address}/{event.slug}/console/films")
    await page.wait_for_selector("html[data-connected]")
    await page.get_by_label("A film").set_input_files(
        {"name": "notes.mp4", "mimeType": "video/mp4", "buffer": b"no film"}
    )
    await expect(page.get_by_label("Its title")).to_have_value("notes")
    await page.get_by_label("A film").set_input_files(film)
    await expect(page.get_by_label("Its title")).to_have_value("healthy hearts")
    await page.route("**/films/*", lambda route: route.abort())
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_role("status").filter(has_text="goes on by itself")).to_be_visible(timeout=READY_WITHIN_MS)
    await page.unroute("**/films/*")
    ready = page.get_by_role("region", name="Ready")
    await expect(ready).to_contain_text("healthy hearts", timeout=READY_WITHIN_MS)
    await context.close()
