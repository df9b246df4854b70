"""The application as tests meet it: over a database of its own, in this process or served by another."""

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
from tests import databases
from tests.factory import Factory

TESTS = Path(__file__).parent
OPENS_WITHIN_S = 60
ENDS_WITHIN_S = 60
BASE = "http://plenary.test"


ENGINES = ("sqlite", "postgresql")
ON_ONE = {"pages": "sqlite", "commands": "sqlite", "demo": "sqlite", "everywhere": "postgresql"}
"""Folders whose tests reach the database through the store, which is tested on both engines. Every address is walked
on the one that refuses more.
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Says on which engines a test runs that touches the database."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", engines_of(metafunc), scope="session")


def engines_of(metafunc: pytest.Metafunc) -> Sequence[str]:
    """Both; one for a folder `ON_ONE`; SQLite for whole processes, browsers and `one_engine`."""
    if {"served", "chromium"} & set(metafunc.fixturenames) or metafunc.definition.get_closest_marker("one_engine"):
        return ENGINES[:1]
    folder = metafunc.definition.path.relative_to(TESTS).parts[0]
    return (ON_ONE[folder],) if folder in ON_ONE else ENGINES


@pytest.fixture(scope="session")
def template(engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database with the newest schema, to copy."""
    if engine == "sqlite":
        return databases.sqlite_database(tmp_path_factory.mktemp("template"))
    return databases.postgres_database(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def lent_database(template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The one database on PostgreSQL that tests have in turn."""
    return databases.copy(template, tmp_path_factory.mktemp("lent"))


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, template: str, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own, like the template."""
    if engine == "sqlite":
        yield databases.copy(template, tmp_path)
        return
    url = request.getfixturevalue("lent_database")
    yield url
    databases.empty(url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=database_url, public_url=BASE)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def make(database: Database, settings: Settings) -> Factory:
    """Builds rows that the test's story needs."""
    return Factory(database, settings)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """The application, started, in this process."""
    app = create_app(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield app


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor without a browser; `client.cookies.update(await make.cookie(person))` signs them in."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[str]:
    """The base address of the application, served in this process."""
    async with serving_here(settings) as address:
        yield address


@asynccontextmanager
async def serving_here(settings: Settings) -> AsyncIterator[str]:
    """The application on a port of its own, served as `plenary serve` does, in this process; its base address."""
    settings, listener = open_port(settings.model_copy(update={"port": 0, "public_url": ""}))
    answers = asyncio.Event()
    server = Server(web_config(create_app(settings)), on_ready=answers.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="the server")
    async with asyncio.timeout(OPENS_WITHIN_S):
        await answers.wait()
    yield settings.base_url
    server.should_exit = True
    async with asyncio.timeout(ENDS_WITHIN_S):
        await asyncio.shield(serving)  # cancelled, it would not be among the tasks that are shown


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """`plenary serve` in a process of its own, over this data directory and database; its base address."""
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
    """Returns when it is gone. Raises TimeoutError for one that does not end, which is then killed."""
    if process.returncode is None:
        process.send_signal(how)
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
