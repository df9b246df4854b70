"""The application as tests meet it: over a database of its own, in this process or served by another."""

import asyncio
import os
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette

from server.app import create_app
from server.settings import Settings
from server.store import migrations
from server.store.database import Database
from tests.factory import Factory

OPENS_WITHIN_S = 30
BASE = "http://plenary.test"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever touches the database runs on both engines; whole processes and browsers on SQLite alone."""
    if "engine" in metafunc.fixturenames:
        heavy = {"served", "chromium"} & set(metafunc.fixturenames)
        metafunc.parametrize("engine", ["sqlite"] if heavy else ["sqlite", "postgresql"], scope="session")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema, to copy."""
    path = tmp_path_factory.mktemp("template") / "plenary.sqlite3"
    migrations.upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> tuple[str, str]:
    """PostgreSQL's address, and the name of a database on it with the newest schema, to copy."""
    name = f"template_{secrets.token_hex(4)}"
    asyncio.run(execute(postgres_url, f"CREATE DATABASE {name}"))
    migrations.upgrade(address_of(postgres_url, name))
    return postgres_url, name


def address_of(postgres_url: str, name: str) -> str:
    """The same server, another database, with the async driver."""
    server, _, _ = postgres_url.partition("?")
    query = postgres_url[len(server) :]
    return f"postgresql+asyncpg://{server.partition('://')[2].rpartition('/')[0]}/{name}{query}"


async def execute(postgres_url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    engine = create_async_engine(address_of(postgres_url, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
async def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of this test's own, empty, with the newest schema."""
    if engine == "sqlite":
        path = tmp_path / "plenary.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgres_template")
    name = f"test_{secrets.token_hex(6)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield address_of(server, name)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


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
async def served(settings: Settings, tmp_path: Path) -> AsyncIterator[str]:
    """The base address of `plenary serve` in a process of its own, over the test's database."""
    environment = {
        **os.environ,
        "PLENARY_DATA": str(tmp_path),
        "DATABASE_URL": settings.database_url,
        "PLENARY_PORT": "0",
        "PYTHONUNBUFFERED": "1",
    }
    log = (tmp_path / "served.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "serve", env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
    )
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), OPENS_WITHIN_S)).decode().split()
        assert line, (tmp_path / "served.log").read_text()
        yield line[-1]
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        log.close()
