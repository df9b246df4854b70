"""The application as a fixture: with a database of its own, in this process or served by another."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.app import create_app
from server.commands.serve import Server, open_port, web_config
from server.settings import Settings
from server.store.engine.database import Database
from server.trust.secret import load_secret
from tests import databases
from tests.factory import Factory

TESTS = Path(__file__).parent
OPENS_WITHIN_S = 60
ENDS_WITHIN_S = 60
BASE = "http://plenary.test"


ENGINES = ("sqlite", "postgresql")
ON_ONE = {"pages": "sqlite", "commands": "sqlite", "demo": "sqlite", "everywhere": "postgresql"}
"""Folders whose tests run on one engine, because they reach the database through the store, which is tested on both.

`everywhere`, which goes to every address, runs on PostgreSQL, the engine that refuses more.
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that uses the database on its engines."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", engines_of(metafunc), scope="session")


def engines_of(metafunc: pytest.Metafunc) -> Sequence[str]:
    """The engines of a test: that which `one_engine` names, or SQLite; that of a folder in `ON_ONE`; or both.

    SQLite too for `served` and `chromium`.
    """
    if marker := metafunc.definition.get_closest_marker("one_engine"):
        return marker.args or ENGINES[:1]
    if {"served", "chromium"} & set(metafunc.fixturenames):
        return ENGINES[:1]
    folder = metafunc.definition.path.relative_to(TESTS).parts[0]
    return (ON_ONE[folder],) if folder in ON_ONE else ENGINES


@pytest.fixture(scope="session")
def template(engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with the newest schema, which others are copied from."""
    if engine == "sqlite":
        return databases.sqlite_database(tmp_path_factory.mktemp("template"))
    return databases.postgres_database(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def lent_database(template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database on PostgreSQL that the tests use in turn."""
    return databases.copy(template, tmp_path_factory.mktemp("lent"))


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, template: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the newest schema and without rows, which no other test uses at the same time."""
    if engine == "sqlite":
        yield databases.copy(template, tmp_path)
        return
    url = request.getfixturevalue("lent_database")
    yield url
    databases.empty(url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    settings = Settings(data=tmp_path, database_url=database_url, public_url=BASE)
    load_secret(settings)
    return settings


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def make(database: Database, settings: Settings) -> Factory:
    """The maker of rows for a test."""
    return Factory(database, settings)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """The running application in this process."""
    app = create_app(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield app


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the application; `client.cookies.update(await make.cookie(person))` signs a person in."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[str]:
    """The base address of the application, which this process serves."""
    async with serving_here(settings) as address:
        yield address


@asynccontextmanager
async def serving_here(settings: Settings) -> AsyncIterator[str]:
    """Serve the application in this process on a free port, as `plenary serve` does, and yield its base address."""
    settings, listener = open_port(settings.model_copy(update={"port": 0, "public_url": ""}))
    answers = asyncio.Event()
    server = Server(web_config(create_app(settings), settings), on_ready=answers.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="the server")
    async with asyncio.timeout(OPENS_WITHIN_S):
        await answers.wait()
    yield settings.base_url
    server.should_exit = True
    async with asyncio.timeout(ENDS_WITHIN_S):
        await asyncio.shield(serving)  # a cancelled task would be missing from the report of a timeout


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """Run `plenary serve` in a process of its own with these settings, and yield its base address."""
    environment = {
        **os.environ,
        "PLENARY_DATA": str(settings.data),
        "DATABASE_URL": settings.database_url,
        "PLENARY_PORT": "0",
        "PYTHONUNBUFFERED": "1",
    }
    log = (settings.data / "served.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "serve", env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(OPENS_WITHIN_S):
            line = (await process.stdout.readline()).decode().split()
        assert line, (settings.data / "served.log").read_text()
        yield line[-1]
    finally:
        await end(process)
        log.close()


async def end(process: asyncio.subprocess.Process, how: signal.Signals = signal.SIGTERM) -> None:
    """Send the signal `how` and wait until the process has ended.

    Kills it and raises TimeoutError when it does not end within `ENDS_WITHIN_S`.
    """
    if process.returncode is None:
        process.send_signal(how)
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
