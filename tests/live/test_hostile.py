"""Hostile clients are contained: the people beside them see exactly what they see without them."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import httpx
import pytest

from rooms.protocol import AnyNotice, Changed, Close, Hello, Playing, encode
from server.settings import Settings
from server.store import join_links
from server.store.engine.database import Database
from tests.factory import Factory
from tests.fixtures import BASE, serving
from tests.live.hostile import BINARY, FINAL, intruding
from tests.live.page import Page, opened
from tests.waiting import paced

CLAPS = 5
INTRUDERS = 6
STORM, DELEGATE = "127.0.0.2", "127.0.0.3"
GIANT_BYTES = 1 << 30


class Arena(NamedTuple):
    """A served event with a live session; `intruder` is the cookie of a hostile delegate."""

    base: str
    database: Database
    make: Factory
    event: object
    room: str
    intruder: dict[str, str]


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, Database, Factory]]:
    settings = Settings(data=tmp_path_factory.mktemp("arena"), public_url=BASE)
    async with serving(settings) as base:
        database = Database(settings.database)
        yield base, database, Factory(database, settings)
        await database.close()


@pytest.fixture
async def arena(house) -> Arena:
    base, database, make = house
    event = await make.event()
    session = await make.live_session(event)
    cookie = await make.cookie(await make.delegate(event, "Mallory"))
    return Arena(base, database, make, event, f"session:{session.id}", cookie)


@asynccontextmanager
async def unnoticed(arena: Arena) -> AsyncIterator[None]:
    """Check before and after that three people see each clap of one of them once, and nothing else."""
    async with AsyncExitStack() as doors:
        cookies = [await arena.make.cookie(await arena.make.delegate(arena.event)) for _ in range(3)]
        pages = [await doors.enter_async_context(opened(arena.base, cookie, arena.room)) for cookie in cookies]
        quiet = await shown_by(pages, arena.room)
        yield
        assert await shown_by(pages, arena.room) == quiet
        assert [page.code for page in pages] == [None] * 3


async def shown_by(pages: list[Page], room: str) -> list[int]:
    """Let one of them clap, one clap after the other. Returns the number of new totals on each page."""
    before = [len(page.notices) for page in pages]
    for _ in range(CLAPS):
        _, n = await pages[0].react(room)
        for page in pages:
            await page.until(lambda page, n=n: page.rooms[room]["reactions"]["totals"]["clap"] >= n)
    return [
        len({bytes(notice.topics["reactions"]) for notice in page.notices[start:] if says_totals(notice)})
        for page, start in zip(pages, before, strict=True)
    ]


def says_totals(notice: AnyNotice) -> bool:
    topics = notice.topics if isinstance(notice, Changed) else {}
    return b'"paused":false' in bytes(topics.get("reactions", b""))


async def garbage(arena: Arena) -> None:
    """Text that is not a command, bytes that are not a frame, frames that no client may send."""
    for seed in range(INTRUDERS):
        noise = random.Random(seed).randbytes(300)
        async with intruding(arena.base, arena.intruder) as intruder:
            match seed % 3:
                case 0:
                    await intruder.say(noise.hex().encode())
                    assert await intruder.code() == Close.BAD_MESSAGE
                case 1:
                    await intruder.say(noise, opcode=FINAL | BINARY)
                    assert await intruder.code() == Close.TOO_LARGE
                case 2:
                    await intruder.blurt(b"\xff\xff" + noise)
                    assert await intruder.code() in (1002, 1006)


async def giants(arena: Arena) -> None:
    """A frame that claims a gigabyte, and one that is too large."""
    async with intruding(arena.base, arena.intruder) as liar, intruding(arena.base, arena.intruder) as giant:
        await liar.say(b"x" * 1000, announced=GIANT_BYTES)
        assert await liar.code() in (1009, Close.TOO_LARGE)
        await giant.say(b"x" * (1 << 22))
        assert await giant.code() in (1006, 1009, Close.TOO_LARGE)


async def flood(arena: Arena) -> None:
    """Thousands of commands at once."""
    async with intruding(arena.base, arena.intruder) as intruder:
        await intruder.say(encode(Hello([arena.room])))
        command = encode(Playing(arena.room, playing=True))
        for _ in range(2_000):
            await intruder.say(command)
        assert await intruder.code() in (Close.FLOOD, 1006)


async def deaf(arena: Arena) -> None:
    """People who enter and read nothing, again and again."""
    async with AsyncExitStack() as doors:
        for _ in range(INTRUDERS):
            intruder = await doors.enter_async_context(intruding(arena.base, arena.intruder))
            intruder.read_nothing_more()
            for _ in range(30):
                await intruder.say(encode(Hello([])))
                await intruder.say(encode(Hello([arena.room])))


async def another_origin(arena: Arena) -> None:
    """Pages of other sites, with the cookie that a browser would send along."""
    headers = {"origin": "https://elsewhere.example", "upgrade": "websocket", "connection": "Upgrade"}
    headers |= {"sec-websocket-version": "13", "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    async with httpx.AsyncClient(base_url=arena.base, cookies=arena.intruder) as client:
        answers = [await client.get("/live", headers=headers) for _ in range(INTRUDERS)]
    assert {answer.status_code for answer in answers} == {403}


async def somebody_elses(arena: Arena) -> None:
    """Guessed cookies, and another event's rooms."""
    for name in arena.intruder:
        async with intruding(arena.base, {name: secrets.token_urlsafe(32)}) as guest:
            assert await guest.code() == Close.SIGNED_OUT
    other = await arena.make.live_session(await arena.make.event())
    room = f"session:{other.id}"
    async with opened(arena.base, arena.intruder) as page:
        await page.send(Hello([room]))
        key = await page.react(room)
        await page.until(lambda page: page.answers.get(key) == "forbidden")
        assert page.rooms == {}


@pytest.mark.parametrize("attack", [garbage, giants, flood, deaf, another_origin, somebody_elses])
async def test_an_attack_is_contained_and_the_others_do_not_notice(attack, arena: Arena) -> None:
    async with unnoticed(arena):
        await attack(arena)


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_a_storm_from_one_address_keeps_nobody_at_another_from_signing_in(arena: Arena, soak: bool) -> None:
    opens, delegates, within_s = (10_000, 400, 60) if soak else (200, 12, 0)
    people = [await arena.make.delegate(arena.event) for _ in range(delegates)]
    async with arena.database.writing() as db:
        tokens = [await join_links.create(db, person, arena.event) for person in people]
    gate = asyncio.Semaphore(50)

    async def open_one() -> None:
        async with gate, intruding(arena.base, address=STORM) as intruder:
            assert await intruder.code() == Close.SIGNED_OUT

    async def sign_in(token: str) -> None:
        transport = httpx.AsyncHTTPTransport(local_address=DELEGATE, verify=False)
        async with gate, httpx.AsyncClient(base_url=arena.base, transport=transport, timeout=300) as client:
            assert (await client.get(f"/join/{token}")).status_code == 200
            answer = await client.post(f"/join/{token}", headers={"origin": arena.base})
            assert answer.status_code == 303
            assert client.cookies

    async with unnoticed(arena), asyncio.TaskGroup() as tasks:

        async def storm() -> None:
            async for _ in paced(within_s / opens, opens):
                tasks.create_task(open_one())

        async def doors_open() -> None:
            async for number in paced(within_s / delegates, delegates):
                tasks.create_task(sign_in(tokens[number]))

        tasks.create_task(storm())
        tasks.create_task(doors_open())
