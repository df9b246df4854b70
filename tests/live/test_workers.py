"""Two workers of `plenary serve` over PostgreSQL and Redis: each duty is done once, and a worker can end."""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlmodel import select
from websockets.frames import CloseCode

from server.models import Event, Mail, NetworkingTable, Person, QueueEntry, Session
from server.settings import Settings
from server.store import seating
from server.store.engine.database import Database
from server.store.engine.revisions import revisions_of, session_room, table_room
from server.trust.secret import load_secret
from tests import databases
from tests.engines.redis import Redis
from tests.engines.smtp import Mailbox
from tests.factory import Factory
from tests.fixtures import BASE
from tests.live.killable import OPENS_WITHIN_S, Killable
from tests.live.page import WITHIN_S, opened
from tests.waiting import until

DUE_IN = timedelta(seconds=8)
"""The delay until the duties are due. Workers that begin later find them due at once."""
SESSIONS, TABLES, PEOPLE, PAGES, BROWSERS = 8, 4, 12, 6, 8


@dataclass(frozen=True)
class House:
    """Two workers, and duties that waited for both of them before they began."""

    server: Killable
    database: Database
    make: Factory
    event: Event
    due_at: datetime
    due: Sequence[Session]
    """The sessions that all start at `due_at`."""
    tables: Sequence[NetworkingTable]
    """The tables whose seat is offered until `due_at` to somebody who does not come; two people wait behind them."""
    offered_before: Sequence[int]
    """The revision of each table's seats before."""

    @property
    def log(self) -> list[dict[str, str]]:
        """The log lines of both workers."""
        lines = self.server.log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    @property
    def started(self) -> list[int]:
        """The process ids of all workers that were started."""
        return [int(line["pid"]) for line in self.log if line["event"] == "a worker starts"]

    def browsers(self) -> httpx.AsyncClient:
        """Make a client that opens a connection for each request, which either worker may take."""
        one_each = httpx.Limits(max_keepalive_connections=0)
        return httpx.AsyncClient(base_url=self.server.base, timeout=WITHIN_S, limits=one_each)

    async def announced(self, room: str, topic: str) -> int:
        """Read the revision of a topic."""
        async with self.database.reading() as db:
            return (await revisions_of(db, [room])).get((room, topic), 0)


@pytest.fixture(scope="module")
async def house(
    postgres_url: str, redis: Redis, mail_server: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("workers")
    url = databases.postgres_database(postgres_url)
    settings = Settings(
        data=folder, database_url=url, public_url=BASE, mail_server=mail_server.address, mail_tls="none"
    )
    load_secret(settings)  # as at a first start, before there are people
    database = Database(url)
    make = Factory(database, settings)
    event = await make.event()
    due_at = datetime.now(UTC) + DUE_IN
    due = [await due_session(make, event, due_at) for _ in range(SESSIONS)]
    tables = [await contested(make, event, due_at) for _ in range(TABLES)]
    async with database.reading() as db:
        revisions = await revisions_of(db, [table_room(table.id) for table in tables])
    before = [revisions[table_room(table.id), "seats"] for table in tables]
    server = Killable(settings, folder, "--workers", "2", redis_url=redis.url)
    await server.start()
    yield House(server, database, make, event, due_at, due, tables, before)
    await server.end(signal.SIGTERM)
    await database.close()
    databases.drop(url)


async def due_session(make: Factory, event: Event, at: datetime) -> Session:
    session = await make.session(event)
    async with make.database.writing() as db:
        row = await db.get_one(Session, session.id)
        row.starts_at = at
    return session


async def contested(make: Factory, event: Event, until: datetime) -> NetworkingTable:
    """Make a table of one seat, left by the first of four people: the second has the offer until `until`."""
    table = await make.table(event, seats=1)
    first, *others = [await make.delegate(event) for _ in range(4)]
    left_at = until - timedelta(seconds=seating.OFFER_S)
    async with make.database.writing() as db:
        await seating.take_seat(db, table, first.id, now=left_at)
    for minutes, person in enumerate(others, -10):
        async with make.database.writing() as db:
            await seating.join_queue(db, table, person.id, now=left_at + timedelta(minutes=minutes))
    async with make.database.writing() as db:
        await seating.leave_seat(db, table, first.id, now=left_at)
    return table


@pytest.fixture
def make(house: House) -> Factory:
    return house.make


@pytest.fixture
async def amara(make: Factory, event: Event) -> Person:
    return await make.delegate(event)


async def test_everybody_who_registers_at_once_gets_one_mail(house: House, mail_server: Mailbox) -> None:
    addresses = {f"amara{n}@workers.example" for n in range(PEOPLE)}

    async def register(address: str) -> int:
        form = {"name": "Amara", "email": address, "sector": "NHS", "place": "Basildon"}
        return (await browsers.post(f"/{house.event.slug}/registration", data=form)).status_code

    async with house.browsers() as browsers:
        assert set(await asyncio.gather(*map(register, addresses))) == {303}

    async def all_sent() -> bool:
        async with house.database.reading() as db:
            mails = await db.exec(select(Mail.recipient).where(Mail.state == "sent"))
        return Counter(mails.all()) == Counter(addresses)

    await until(all_sent, WITHIN_S)
    assert Counter(str(mail["To"]) for mail in mail_server.messages if mail["To"] in addresses) == Counter(addresses)


async def test_a_session_that_is_due_starts_once(house: House) -> None:
    async def all_live() -> bool:
        async with house.database.reading() as db:
            rows = [await db.get_one(Session, session.id) for session in house.due]
        return all(row.state == "live" for row in rows)

    await until(all_live, WITHIN_S)
    told = Counter(line["session"] for line in house.log if line["event"] == "by the clock")
    assert told == Counter(str(session.id) for session in house.due)
    assert {await house.announced(session_room(session.id), "status") for session in house.due} == {1}


async def test_a_seat_is_offered_on_once(house: House) -> None:
    async def all_offered_on() -> bool:
        async with house.database.reading() as db:
            lapsed = await db.exec(select(QueueEntry).where(QueueEntry.offer_ends_at <= datetime.now(UTC)))
        return datetime.now(UTC) > house.due_at and not lapsed.all()

    await until(all_offered_on, WITHIN_S)
    for table, before in zip(house.tables, house.offered_before, strict=True):
        async with house.database.reading() as db:
            waiting = select(QueueEntry).where(QueueEntry.table_id == table.id).order_by(QueueEntry.joined_at)
            numbers = [entry.offered_number for entry in await db.exec(waiting)]
        assert numbers == [1, None]
        assert await house.announced(table_room(table.id), "seats") == before + 1


async def test_workers_that_end_or_die_are_replaced_and_their_pages_come_back(
    house: House, keynote: str, amara: Person
) -> None:
    before = house.started
    cookie = await house.make.cookie(amara)
    async with AsyncExitStack() as open_pages:
        pages = [await open_pages.enter_async_context(opened(house.server.base, cookie, keynote)) for _ in range(PAGES)]
        key = await pages[0].react(keynote)
        await pages[0].until(lambda page: page.answers.get(key))
        for pid, how in zip(before[-2:], (signal.SIGTERM, signal.SIGKILL), strict=True):
            os.kill(pid, how)
        for page in pages:
            await page.until(lambda page: page.code)
    assert {page.code for page in pages} <= {CloseCode.SERVICE_RESTART, CloseCode.ABNORMAL_CLOSURE}
    await come_back(house, cookie, keynote)
    assert len(house.started) == len(before) + 2


async def test_a_rolling_restart_is_noticed_by_nobody_who_asks_for_pages(
    house: House, keynote: str, amara: Person
) -> None:
    before = house.started
    cookie = await house.make.cookie(amara)
    async with opened(house.server.base, cookie, keynote) as page:
        key = await page.react(keynote)
        await page.until(lambda page: page.answers.get(key))
        async with asking_on(house, f"/{house.event.slug}"):
            os.kill(house.server.pid, signal.SIGHUP)
            await until(lambda: page.code is not None and not any(map(is_there, before[-2:])), 2 * OPENS_WITHIN_S)
        assert page.code == CloseCode.SERVICE_RESTART
    await come_back(house, cookie, keynote)
    assert len(house.started) == len(before) + 2


@asynccontextmanager
async def asking_on(house: House, path: str) -> AsyncIterator[None]:
    """Let browsers ask for a page again and again meanwhile, on connections that they keep, and check each answer."""
    is_over = asyncio.Event()

    async def ask() -> int:
        answered = 0
        async with httpx.AsyncClient(base_url=house.server.base, timeout=WITHIN_S) as browser:
            while not is_over.is_set():
                assert (await browser.get(path)).status_code == 200
                answered += 1
        return answered

    async with asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(ask()) for _ in range(BROWSERS)]
        yield
        is_over.set()
    assert all(task.result() for task in asking)


async def come_back(house: House, cookie: dict[str, str], keynote: str) -> None:
    """Check that a page is welcomed and finds the earlier count, and that both workers know of it."""
    async with opened(house.server.base, cookie, keynote, open_timeout=OPENS_WITHIN_S) as page:
        assert page.rooms[keynote]["reactions"]["totals"]["clap"] == 1
        await until(lambda: says(house, "plenary_connections 1.0"))


async def says(house: House, text: str) -> bool:
    """Tell whether the metrics, which each worker reports for both, contain this line."""
    async with house.browsers() as browsers:
        return text in (await browsers.get("/metrics")).text


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
