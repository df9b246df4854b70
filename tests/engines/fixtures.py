"""The engines as fixtures: each starts when the first test asks for it and ends with the suite."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.async_api import Browser

from tests.engines.chromium import running_chromium
from tests.engines.coturn import Coturn
from tests.engines.postgresql import PostgreSQL
from tests.engines.process import ServerProcess
from tests.engines.redis import Redis, RedisCluster
from tests.engines.smtp import Mailbox

Server = TypeVar("Server", bound=ServerProcess | RedisCluster)


@pytest.fixture(scope="session")
def engine_folder() -> Iterator[Path]:
    """A folder that users other than root may enter, unlike pytest's own temporary folders."""
    folder = Path(tempfile.mkdtemp(prefix="plenary-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def running(kind: Callable[[Path], Server], folder: Path) -> Iterator[Server]:
    """A running server in a folder of its own; it stops after the last test that uses it."""
    folder.mkdir()
    server = kind(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis(engine_folder: Path) -> Iterator[Redis]:
    """A running Redis. A test that stops it must start it again."""
    yield from running(Redis, engine_folder / "redis")


@pytest.fixture
def redis_url(redis: Redis) -> str:
    """The address of Redis, as a `REDIS_URL` is written."""
    return redis.url


@pytest.fixture(scope="session")
def redis_cluster(engine_folder: Path) -> Iterator[RedisCluster]:
    """A running Redis cluster of three nodes. A test that stops a node must start it again."""
    yield from running(RedisCluster, engine_folder / "redis-cluster")


@pytest.fixture(scope="session")
def coturn(engine_folder: Path) -> Iterator[Coturn]:
    """A running TURN server."""
    yield from running(Coturn, engine_folder / "coturn")


@pytest.fixture(scope="session")
def postgresql(engine_folder: Path) -> Iterator[PostgreSQL]:
    """A running PostgreSQL. A test that stops it must start it again."""
    yield from running(PostgreSQL, engine_folder / "postgresql")


@pytest.fixture(scope="session")
def postgres_url(postgresql: PostgreSQL) -> str:
    """The address of PostgreSQL's own database, as a `DATABASE_URL` is written."""
    return postgresql.url("postgres")


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Mailbox]:
    """A running SMTP server."""
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def smtp(mail_server: Mailbox) -> Mailbox:
    """The SMTP server, without any messages."""
    mail_server.messages.clear()
    return mail_server


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A running browser. Each test opens its own contexts in it, and closes them."""
    async with running_chromium() as browser:
        yield browser
