"""A PostgreSQL that is slow, locked, or silent: whoever needs it is told soon, and it serves again once it goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel import select

from server.models import Person
from server.store.engine import postgresql
from server.store.engine.availability import DatabaseGone, Trouble, trouble_of
from server.store.engine.database import Database
from server.store.engine.postgresql import Patience
from tests.engines.proxy import Proxy

HURRIED = Patience(statement_s=2.0, lock_s=0.2, idle_s=1.0)
SLEEP = text("SELECT pg_sleep(60)")
NAMES = select(Person.name)
WITHIN_S = 60
"""A bound on what would wait for ever."""


pytestmark = pytest.mark.one_engine("postgresql")


@pytest.fixture
async def line(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """The network between us and a PostgreSQL, which can be cut."""
    monkeypatch.setattr(postgresql, "ALIVE_WITHIN_S", 1.0)
    async with Proxy(make_url(database_url).port or 0).running() as line:
        yield line


@pytest.fixture
async def hurried(database_url: str, line: Proxy, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A database behind that network that waits less long than usual, except with long work."""
    monkeypatch.setattr("server.store.engine.database.FOR_REQUESTS", HURRIED)
    url = make_url(database_url).set(port=line.port).render_as_string(hide_password=False)
    database = Database(url)
    async with asyncio.timeout(WITHIN_S):
        yield database
        await database.close()


async def trouble_with(work: Awaitable[object]) -> Trouble | None:
    """The trouble that a piece of work meets."""
    with pytest.raises(Exception) as met:
        await work
    return trouble_of(met.value)


async def read(database: Database, statement: object = NAMES, *, is_long: bool = False) -> list[object]:
    async with database.reading(is_long=is_long) as db:
        return list(await db.exec(statement))  # type: ignore[call-overload]


async def write(database: Database, name: str) -> None:
    async with database.writing() as db:
        db.add(Person(name=name, email=f"{name}@example.org"))


async def write_while_cut(database: Database, line: Proxy) -> None:
    async with database.writing() as db:
        db.add(Person(name="Ben", email="ben@example.org"))
        await db.flush()
        line.cut()


async def read_while_cut(database: Database, line: Proxy) -> None:
    async with database.reading() as db:
        await db.exec(NAMES)
        line.cut()
        await db.exec(NAMES)


async def come_while_cut(database: Database, line: Proxy) -> None:
    line.cut()
    await read(database)


async def come_first_while_cut(database: Database, line: Proxy) -> None:
    await database.close()
    line.cut()
    await read(database)


async def go_while_cut(database: Database, line: Proxy) -> None:
    """Give up in the middle of a statement, as a request whose own time is over."""
    async with database.reading() as db:
        await db.exec(NAMES)
        line.cut()
        async with asyncio.timeout(0.1):
            await db.exec(NAMES)


SILENCES = {
    "at the commit": write_while_cut,
    "in the middle": read_while_cut,
    "at the beginning": come_while_cut,
    "before the first connection": come_first_while_cut,
    "while nobody waits any more": go_while_cut,
}


@pytest.mark.parametrize("silence", SILENCES)
async def test_a_database_that_says_nothing_is_gone_soon_and_serves_again_when_it_goes_on(
    silence: str, hurried: Database, line: Proxy
) -> None:
    await write(hurried, "Amina")
    assert await trouble_with(SILENCES[silence](hurried, line)) is Trouble.GONE
    assert await trouble_with(read(hurried)) is Trouble.GONE
    line.mend()
    for _ in range(20):
        assert "Amina" in await read(hurried)
    await write(hurried, "Olive")
    assert "Olive" in await read(hurried)


async def test_all_who_wait_for_a_silent_database_are_told(hurried: Database, line: Proxy) -> None:
    """More wait than there are connections."""
    await asyncio.gather(*(read(hurried) for _ in range(40)))
    line.cut()
    troubles = await asyncio.gather(*(trouble_with(read(hurried)) for _ in range(40)))
    assert set(troubles) <= {Trouble.GONE, Trouble.BUSY}
    line.mend()
    assert await asyncio.gather(*(read(hurried) for _ in range(40)))


async def test_a_statement_that_takes_too_long_is_ended_but_not_in_long_work(hurried: Database) -> None:
    assert await trouble_with(read(hurried, SLEEP)) is Trouble.SLOW
    assert await read(hurried, text("SELECT pg_sleep(2.5)"), is_long=True)
    assert await read(hurried) == []


async def test_a_lock_is_waited_for_no_longer_than_a_lock_may_be(hurried: Database) -> None:
    await write(hurried, "Amina")
    async with hurried.writing(is_long=True) as db:
        await db.exec(text("UPDATE person SET name = 'Amira'"))  # type: ignore[call-overload]
        assert await trouble_with(hurried.write(lambda c: c.execute(text("DELETE FROM person")))) is Trouble.LOCKED
    assert await read(hurried) == ["Amira"]


async def test_a_process_that_stands_still_in_a_transaction_loses_its_locks(hurried: Database) -> None:
    await write(hurried, "Amina")
    with pytest.raises(Exception) as lost:
        async with hurried.writing() as db:
            await db.exec(text("UPDATE person SET name = 'Amira'"))  # type: ignore[call-overload]
            async with hurried.writing(is_long=True) as other:
                await other.exec(text("UPDATE person SET name = 'Amal'"))  # type: ignore[call-overload]
    assert trouble_of(lost.value) is Trouble.GONE
    assert await read(hurried) == ["Amal"]


async def test_a_silent_database_is_named_with_its_place(hurried: Database, line: Proxy) -> None:
    line.cut()
    with pytest.raises(DatabaseGone, match=f"PostgreSQL at 127.0.0.1:{line.port} takes a connection and says nothing"):
        await read(hurried)
