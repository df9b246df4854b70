"""Each holder of a descriptor gives it back after its use: no accident leaves one to the garbage collector.

The collector runs seldom in a process that serves (`server/running/garbage.py`), so what is left to it may stay for
hours: a descriptor, a lock of the database, a folder.
"""

import asyncio
import gc
import sqlite3
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from rooms.bus.redis.bus import RedisBus
from rooms.bus.redis.nodes import look
from server.acts import figuring
from server.commands import checkup
from server.mail.delivery import DeliveryProblem, Letter, MailConnection
from server.media.line import MediaLine
from server.recordings.speech_to_text import NotUnderstood, SpeechListener
from server.running import child
from server.running.child import ChildFailed
from server.settings import Settings
from server.store.engine.availability import Trouble
from server.store.engine.database import Database
from tests.factory import Factory
from tests.fixtures import serving_here
from tests.waiting import until

TIMES = 3
ROUNDS = 4
GONE_WITHIN_S = 5
BUSY_TIMEOUT_MS = 50
SLOW = text("WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300000) SELECT count(*) FROM n")
CUT_UPLOAD = "POST /sign-in HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\nemail=amina"
HANDSHAKE = (
    "GET /live HTTP/1.1\r\nhost: {host}\r\norigin: {address}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\ncookie: {cookie}\r\n\r\n"
)
LETTER = Letter(uuid.uuid4(), "amina@example.org", "Hello", "Hello", "", "", datetime(2026, 6, 1, tzinfo=UTC))


@dataclass
class Scene:
    """The scene of the accidents: the application that is served, a database, and an organiser's cookie."""

    address: str
    settings: Settings
    database: Database
    event: str
    cookie: dict[str, str]
    monkeypatch: pytest.MonkeyPatch


async def a_write_is_refused(scene: Scene) -> None:
    async with somebody_writing(scene):
        with suppress(SQLAlchemyError):
            await write(scene.database)


async def a_write_is_given_up_as_it_waits(scene: Scene) -> None:
    async with somebody_writing(scene):
        await given_up(write(scene.database))


async def a_write_is_given_up_halfway(scene: Scene) -> None:
    await given_up(write(scene.database, SLOW))


async def a_connection_is_given_up_as_it_opens(scene: Scene) -> None:
    database = Database(scene.settings.database)
    for turns in range(6):
        asking = asyncio.ensure_future(write(database))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
    await database.close()


async def a_whole_transaction_is_refused(scene: Scene) -> None:
    async with somebody_writing(scene):
        if scene.database.is_sqlite:
            with suppress(SQLAlchemyError):
                await scene.database.write(lambda db: db.execute(text("UPDATE person SET name = name")))
    with suppress(SQLAlchemyError):
        await scene.database.write(lambda db: db.execute(text("SELECT nonsense")))


async def an_upload_breaks_off(scene: Scene) -> None:
    await blurted(scene, CUT_UPLOAD, listen=False)


async def a_socket_is_cut(scene: Scene) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in scene.cookie.items())
    host = scene.address.removeprefix("http://")
    await blurted(scene, HANDSHAKE.format(host=host, address=scene.address, cookie=cookie))


async def an_export_cannot_be_written(scene: Scene) -> None:
    with scene.monkeypatch.context() as patch:
        patch.setattr(figuring, "WORDS", (sys.executable, "-c", f"raise SystemExit({Trouble.FULL.value!r})"))
        assert (await exported(scene)).status_code == 503


async def an_export_is_not_fetched(scene: Scene) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in scene.cookie.items())
    asked = f"GET /{scene.event}/report/export.json HTTP/1.1\r\nhost: here\r\ncookie: {cookie}\r\n\r\n"
    await blurted(scene, asked, listen=False)


async def a_mail_server_hangs_up(scene: Scene) -> None:
    async with listening(lambda reader, writer: writer.close()) as port:
        with suppress(DeliveryProblem):
            await send(LETTER, scene.settings.model_copy(update={"mail_server": f"127.0.0.1:{port}"}))


async def a_mail_server_says_nothing(scene: Scene) -> None:
    async with listening(lambda reader, writer: None) as port:
        await given_up(send(LETTER, scene.settings.model_copy(update={"mail_server": f"127.0.0.1:{port}"})))


async def send(letter: Letter, settings: Settings) -> None:
    with closing(MailConnection(settings)) as connection:
        await connection.send(letter)


async def the_media_process_hangs_up(scene: Scene) -> None:
    async def hear(_: object) -> None: ...

    async with listening(lambda reader, writer: writer.close()) as port:
        line = MediaLine(scene.settings.model_copy(update={"media_listen": f"127.0.0.1:{port}"}), b"key")
        await line.run(hear)


async def redis_hangs_up(scene: Scene) -> None:
    async with listening(lambda reader, writer: writer.close()) as port:
        with suppress(OSError):
            await look(f"redis://127.0.0.1:{port}/0")


async def redis_says_nothing(scene: Scene) -> None:
    async with listening(lambda reader, writer: None) as port:
        bus = RedisBus(f"redis://127.0.0.1:{port}/0", "test:")
        running = asyncio.ensure_future(_run(bus))
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])


async def _run(bus: RedisBus) -> None:
    async with bus.running():
        pass


async def a_child_is_stopped(scene: Scene) -> None:
    began = asyncio.Event()
    script = "import signal; print('done 1 %', flush=True); print('x' * 1_000_000); signal.pause()"
    work = child.run([sys.executable, "-c", script], given=b"x" * 1_000_000, progress=lambda *_: began.set())
    running = asyncio.ensure_future(work)
    await began.wait()
    running.cancel()
    await asyncio.wait([running])


async def a_child_fails(scene: Scene) -> None:
    with suppress(ChildFailed):
        await child.run([sys.executable, "-c", "1 / 0"])
    with suppress(OSError):
        await child.run(["/no/such/program"])


async def a_recogniser_fails(scene: Scene) -> None:
    for command in ("/no/such/program", "false"):
        with suppress(NotUnderstood):
            await SpeechListener(scene.settings.model_copy(update={"speech_to_text": command})).listen(Path("wav"), 30)


async def the_doctor_finds_nothing_that_answers(scene: Scene) -> None:
    away = {"database_url": "postgresql://nobody@127.0.0.1:1/none", "redis_url": "redis://127.0.0.1:1/0"}
    settings = scene.settings.model_copy(update={**away, "mail_server": "127.0.0.1:1"})
    for check in (checkup.check_database, checkup.check_redis, checkup.check_mail, checkup.check_films):
        await asyncio.to_thread(check, settings)


Accident = Callable[[Scene], Awaitable[None]]


def named(*accidents: Accident) -> dict[str, Accident]:
    return {accident.__name__.replace("_", " "): accident for accident in accidents}


OF_THE_DATABASE = named(
    a_write_is_refused,
    a_write_is_given_up_as_it_waits,
    a_write_is_given_up_halfway,
    a_connection_is_given_up_as_it_opens,
    a_whole_transaction_is_refused,
)
OTHERS = named(
    an_upload_breaks_off,
    a_socket_is_cut,
    an_export_cannot_be_written,
    an_export_is_not_fetched,
    a_mail_server_hangs_up,
    a_mail_server_says_nothing,
    the_media_process_hangs_up,
    redis_hangs_up,
    redis_says_nothing,
    a_child_is_stopped,
    a_child_fails,
    a_recogniser_fails,
    the_doctor_finds_nothing_that_answers,
)


@pytest.fixture
async def scene(
    settings: Settings, make: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Scene]:
    event = await make.event()
    cookie = await make.cookie(await make.organiser(event), strong=True)
    monkeypatch.setattr("server.store.engine.database.BUSY_TIMEOUT_MS", BUSY_TIMEOUT_MS)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with serving_here(settings) as address:
        database = Database(settings.database)
        yield Scene(address, settings, database, event.slug, cookie, monkeypatch)
        await database.close()


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("accident", OF_THE_DATABASE)
async def test_an_accident_of_the_database_leaves_nothing_open(
    accident: str, scene: Scene, without_collector: None
) -> None:
    assert await always_left_by(OF_THE_DATABASE[accident], scene) == []


@pytest.mark.one_engine
@pytest.mark.parametrize("accident", OTHERS)
async def test_an_accident_leaves_nothing_open(accident: str, scene: Scene, without_collector: None) -> None:
    assert await always_left_by(OTHERS[accident], scene) == []


async def always_left_by(have: Accident, scene: Scene) -> list[str]:
    """Everything that an accident leaves in each round. The pools may open a connection in one, not in all."""
    leaves: list[str] = []
    await have(scene)
    for _ in range(ROUNDS):
        leaves = await left_by(have, scene)
        if not leaves:
            break
    return leaves


async def left_by(have: Accident, scene: Scene) -> list[str]:
    """Everything that is held after a few accidents and was not before."""
    before = await settled(scene)
    for _ in range(TIMES):
        await have(scene)
    with suppress(TimeoutError):
        await until(lambda: not surplus(held(scene), before), GONE_WITHIN_S)
    return surplus(held(scene), before)


@pytest.mark.one_engine
async def test_a_write_that_was_given_up_leaves_no_lock(scene: Scene, without_collector: None) -> None:
    """The refused statement is in the traceback of its error, and the right to write comes to the one given up."""
    database = scene.database
    async with somebody_writing(scene):
        with pytest.raises(SQLAlchemyError) as refused:
            await write(database)
        given = asyncio.ensure_future(write(database))

        def waits() -> bool:
            """True while the write waits; one that was refused before it was looked at is made again."""
            nonlocal given
            if given.done() and given.exception():
                given = asyncio.ensure_future(write(database))
            return begins_to_write(database)

        await until(waits)
        given.cancel()
    await asyncio.wait([given])
    assert "locked" in str(refused.value)
    with closing(sqlite3.connect(file_of(scene), isolation_level=None, timeout=1)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")


def held(scene: Scene) -> list[str]:
    """Everything that the process holds open, and its temporary folders. Sockets are counted, and have no name.

    SQLite keeps the descriptors of a database's own file for a while, to use them again.
    """
    found = [path.name[:10] for path in scene.settings.data.glob("plenary-*")]
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(descriptor.readlink()).partition(":[")[0])
    return [name for name in found if not name.endswith(".sqlite3")]


def surplus(now: list[str], before: list[str]) -> list[str]:
    left = list(now)
    for name in before:
        if name in left:
            left.remove(name)
    return left


async def settled(scene: Scene) -> list[str]:
    """Everything held, once two looks have found the same."""
    seen: list[list[str]] = [[]]

    def same() -> bool:
        seen.append(sorted(held(scene)))
        return seen[-1] == seen[-2]

    await until(same)
    return seen[-1]


def file_of(scene: Scene) -> str:
    return make_url(scene.settings.database).database or ""


@asynccontextmanager
async def somebody_writing(scene: Scene) -> AsyncIterator[None]:
    """Let another connection hold the right to write; on PostgreSQL, the rows that `write` writes."""
    if scene.database.is_sqlite:
        with closing(sqlite3.connect(file_of(scene), isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            yield
    else:
        database = Database(scene.settings.database)
        async with database.writing() as db:
            await (await db.connection()).execute(text("UPDATE person SET name = name"))
            yield
        await database.close()


async def write(database: Database, more: TextClause | None = None) -> None:
    async with database.writing() as db:
        connection = await db.connection()
        if not database.is_sqlite:
            await connection.execute(text(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}"))
        await connection.execute(text("UPDATE person SET name = name"))
        if more is not None:
            await connection.execute(more)


def begins_to_write(database: Database) -> bool:
    """True while the only connection to write with is in use."""
    return database._writer.pool.checkedout() == 1  # type: ignore[attr-defined]


async def given_up(work: Awaitable[None]) -> None:
    """Cancel work after a while in which it cannot have succeeded."""
    with suppress(TimeoutError, SQLAlchemyError):
        async with asyncio.timeout(BUSY_TIMEOUT_MS / 2 / 1000):
            await work


async def blurted(scene: Scene, request: str, *, listen: bool = True) -> None:
    """Send this, and cut the connection: without a goodbye, and after the first bytes of the answer if we `listen`."""
    host, _, port = scene.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request.encode())
    await writer.drain()
    if listen:
        await reader.read(1)
    writer.transport.abort()


async def exported(scene: Scene) -> httpx.Response:
    async with httpx.AsyncClient(base_url=scene.address, cookies=scene.cookie) as browser:
        return await browser.get(f"/{scene.event}/report/export.json")


@asynccontextmanager
async def listening(meet: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]) -> AsyncIterator[int]:
    """A server that does `meet` with each connection; the number of its port."""
    met: list[asyncio.StreamWriter] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(writer)
        meet(reader, writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in met:
            writer.transport.abort()
