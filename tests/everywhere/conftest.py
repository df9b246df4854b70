"""Each test here begins with a copy of the demo event, laid once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.app import create_app
from server.media.films import films_dir
from server.settings import Settings
from server.store.database import Database
from tests import databases
from tests.everywhere.world import SCRIPT, World, build
from tests.factory import Factory
from tests.fixtures import BASE
from tests.pages import films


@dataclass(frozen=True)
class Laid:
    """A database in which the demo is laid, and the world's names in it."""

    url: str
    world: World


@pytest.fixture(scope="session")
def laid(template: str, tmp_path_factory: pytest.TempPathFactory) -> Laid:
    """The demo, laid into a copy of the template."""
    url = databases.copy(template, tmp_path_factory.mktemp("world"))

    async def lay() -> World:
        database = Database(url)
        try:
            return await build(Factory(database, Settings(public_url=BASE)))
        finally:
            await database.close()

    return Laid(url, databases.aside(asyncio.run, lay()))


@pytest.fixture
def database_url(laid: Laid, tmp_path: Path) -> object:
    """A copy of the laid demo, in place of an empty database."""
    url = databases.copy(laid.url, tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With everything that an installation may choose to have."""
    return settings.model_copy(update={"speech_to_text": "listen"})


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """The application without what it does by the clock: only what a visitor does changes anything here."""
    app = create_app(settings)
    yield app
    await app.state.db.close()


@pytest.fixture
def world(laid: Laid, make: Factory, settings: Settings) -> World:
    """The demo as this test's own, its films on disk."""
    for film in SCRIPT.films:
        films.lay(films_dir(settings) / film.slug)
    return replace(laid.world, make=make)


Come = Callable[[str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def come(app: Starlette, world: World) -> AsyncIterator[Come]:
    """`await come("delegate")` is that visitor's client."""
    clients: list[httpx.AsyncClient] = []

    async def come_as(visitor: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app)
        client = httpx.AsyncClient(transport=transport, base_url=BASE, cookies=world.cookies[visitor])
        clients.append(client)
        return client

    yield come_as
    for client in clients:
        await client.aclose()
