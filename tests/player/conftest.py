"""A cinema: a real film in a served conference, and browsers to watch it with."""

import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.async_api import Browser, Page

from server.models import Event, Person, Session
from server.playback.films import films_dir
from server.settings import Settings
from server.store import films
from server.store.engine.database import Database
from tests.factory import Factory
from tests.fixtures import BASE, serving
from tests.player.cinema import CARD_S, FILM_S, LONG_S, WORDS, NewSession, Visit


@pytest.fixture(scope="session")
def cans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of two packaged films, of ten seconds and of forty, made by the media process."""
    directory = tmp_path_factory.mktemp("films")
    about = {"title": "Hearts and minds", "speaker": "Heart health lead nurse", "accent": "#c23a22"}
    specs = [directory / "short.json", directory / "long.json"]
    for spec, times in zip(specs, (1, LONG_S // FILM_S), strict=True):
        spec.write_text(json.dumps({**about, "cards": [{"text": text, "seconds": CARD_S} for text in WORDS * times]}))
    command = [sys.executable, "-m", "rooms.media", "film", *map(str, specs), "--to", str(directory)]
    subprocess.run(command, check=True, capture_output=True)
    return directory


class House(NamedTuple):
    """A served conference that all these tests share, each with an event of its own."""

    address: str
    database: Database
    make: Factory


@pytest.fixture(scope="module")
async def house(cans: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    data = tmp_path_factory.mktemp("house")
    settings = Settings(data=data, public_url=BASE)
    shutil.copytree(cans, films_dir(settings))
    async with serving(settings) as address:
        database = Database(settings.database)
        yield House(address, database, Factory(database, settings))
        await database.close()


@pytest.fixture
def make(house: House) -> Factory:
    return house.make


@pytest.fixture
def database(house: House) -> Database:
    return house.database


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
def with_film(make: Factory, event: Event, database: Database) -> NewSession:
    """Makes a session that plays a film, scheduled in a quarter of an hour unless told otherwise."""

    async def session(can: str = "short", **columns: Any) -> Session:
        async with database.writing() as db:
            row = await films.add(db, event.id, "Hearts and minds", can, LONG_S if can == "long" else FILM_S)
        return await make.session(event, film_id=row.id, **columns)

    return session


@pytest.fixture
async def visit(house: House, chromium: Browser, make: Factory, event: Event) -> AsyncIterator[Visit]:
    """Opens a session's page in a browser of a delegate's own; a test ends with no error on any page."""
    errors: list[str] = []
    contexts = []

    async def opened(session: Session, person: Person | None = None, init: str = "", **options: Any) -> Page:
        person = person or await make.delegate(event)
        context = await chromium.new_context(**options)
        contexts.append(context)
        cookies = (await make.cookie(person)).items()
        await context.add_cookies([{"name": name, "value": value, "url": house.address} for name, value in cookies])
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        if init:
            await page.add_init_script(init)
        await page.goto(f"{house.address}/{event.slug}/sessions/{session.slug}")
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert not errors
