"""Fixtures of this folder: the demo event, laid once, and copies of it for the tests."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.app import create_app
from server.playback.films import films_dir
from server.settings import Settings
from server.store.engine.database import Database
from tests import databases
from tests.everywhere.world import SCRIPT, World, build
from tests.factory import Factory
from tests.fixtures import BASE
from tests.pages import films


@dataclass(frozen=True)
class Laid:
    """The address of a database with the demo event, and the world in it."""

    url: str
    world: World


@pytest.fixture(scope="session")
def laid(template: str, tmp_path_factory: pytest.TempPathFactory) -> Laid:
    """The demo event, laid into a copy of the template."""
    url = databases.copy(template, tmp_path_factory.mktemp("world"))

    async def lay() -> World:
        database = Database(url)
        try:
            return await build(Factory(database, Settings(public_url=BASE)))
        finally:
            await database.close()

    return Laid(url, databases.aside(asyncio.run, lay()))


@dataclass(frozen=True)
class Demo:
    """The demo event and its application. The duties do not run, so only visitors change the database."""

    world: World
    app: Starlette

    def come(self, visitor: str) -> httpx.AsyncClient:
        """An HTTP client with the visitor's cookies."""
        cookies = self.world.cookies[visitor]
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=BASE, cookies=cookies)


@asynccontextmanager
async def copied(laid: Laid, folder: Path) -> AsyncIterator[Demo]:
    """A copy of the demo event with its films on disk, in an installation with every optional feature."""
    url = databases.copy(laid.url, folder)
    secret = secrets.token_hex(32)  # a database with people is not given a new one
    settings = Settings(data=folder, database_url=url, public_url=BASE, speech_to_text="listen", secret=secret)
    for film in SCRIPT.films:
        films.lay(films_dir(settings) / film.slug)
    app = create_app(settings)
    yield Demo(replace(laid.world, make=Factory(app.state.db, settings)), app)
    await app.state.db.close()
    databases.drop(url)


@pytest.fixture
async def demo(laid: Laid, tmp_path: Path) -> AsyncIterator[Demo]:
    """A copy of the demo event for one test."""
    async with copied(laid, tmp_path) as demo:
        yield demo


@pytest.fixture(scope="module")
async def shared(laid: Laid, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A copy of the demo event for all tests of a module that change nothing in it."""
    async with copied(laid, tmp_path_factory.mktemp("shared")) as demo:
        yield demo
