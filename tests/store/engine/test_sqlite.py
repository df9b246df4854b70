"""Quick statements run without a turn of the thread, within what aiosqlite and SQLAlchemy expect of each other."""

import asyncio
import inspect
import re
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.store.engine import sqlite
from server.store.engine.sqlite import FEW, KNOWN, Cursor, Quick, connecting_to


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A database with a relation of rooms."""
    file = empty_in(tmp_path)
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}", async_creator=connecting_to(file, 100))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE room (name TEXT UNIQUE)"))
    yield engine
    await engine.dispose()


def empty_in(folder: Path) -> str:
    """The path of a database without anything in it."""
    (folder / "house.sqlite3").touch()
    return str(folder / "house.sqlite3")


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The turns of the thread of every connection."""
    turns: list[Any] = []
    take = aiosqlite.Connection._execute

    async def counted(connection: aiosqlite.Connection, work: Any, *arguments: Any) -> Any:
        turns.append(work)
        return await take(connection, work, *arguments)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return turns


async def test_a_statement_takes_one_turn_of_the_thread(house: AsyncEngine, turns: list[Any]) -> None:
    async with house.begin() as connection:
        turns.clear()
        added = await connection.execute(text("INSERT INTO room VALUES ('lobby'), ('lounge')"))
        assert (added.rowcount, len(turns)) == (2, 1)
        found = await connection.execute(text("SELECT name AS called FROM room ORDER BY name"))
        assert (found.keys(), found.all(), len(turns)) == (["called"], [("lobby",), ("lounge",)], 2)
        with pytest.raises(IntegrityError, match="UNIQUE"):
            await connection.execute(text("INSERT INTO room VALUES ('lobby')"))


async def test_a_statement_that_was_quick_takes_none(
    house: AsyncEngine, turns: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "QUICK_S", 60.0)
    named = text("SELECT :name AS name")
    async with house.connect() as connection:
        assert (await connection.execute(named, {"name": "lobby"})).scalar_one() == "lobby"
        turns.clear()
        assert (await connection.execute(named, {"name": "lounge"})).scalar_one() == "lounge"
        await connection.rollback()
        assert not turns
        monkeypatch.setattr(sqlite, "QUICK_S", 0.0)
        for name in ("lobby", "lounge"):
            assert (await connection.execute(named, {"name": name})).scalar_one() == name
        assert len(turns) == 1


async def test_a_few_rows_that_were_quick_take_none(
    house: AsyncEngine, turns: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "QUICK_S", 60.0)
    add = text("INSERT INTO room VALUES (:name)")
    async with house.begin() as connection:
        await connection.execute(add, [{"name": f"{n}"} for n in range(FEW)])
        turns.clear()
        await connection.execute(add, [{"name": f"more {n}"} for n in range(FEW)])
        assert not turns
        await connection.execute(add, [{"name": f"many {n}"} for n in range(FEW + 1)])
        assert len(turns) == 1


async def test_nothing_is_run_beside_a_statement_that_nobody_waits_for_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "QUICK_S", 60.0)
    connection = await connecting_to(empty_in(tmp_path), 100)()
    begun, over, said = threading.Event(), threading.Event(), list[str]()

    def dawdle() -> None:
        begun.set()
        over.wait()
        said.append("it is over")

    await connection.create_function("dawdle", 0, dawdle)
    cursor = connection.cursor()
    await cursor.execute("SELECT 1")
    given_up = asyncio.create_task(cursor.execute("SELECT dawdle()"))
    await asyncio.to_thread(begun.wait)
    given_up.cancel()
    rolled_back, asked = asyncio.create_task(connection.rollback()), asyncio.create_task(cursor.execute("SELECT 1"))
    await asyncio.sleep(0)
    assert not rolled_back.done() and not asked.done()
    over.set()
    await asyncio.gather(rolled_back, asked)
    assert said == ["it is over"]
    await connection.close()


def test_to_begin_to_write_is_never_quick() -> None:
    quick = Quick()
    for statement in ("BEGIN", "BEGIN IMMEDIATE"):
        quick.note(statement, 0.0)
    assert "BEGIN" in quick and "BEGIN IMMEDIATE" not in quick


def test_the_statement_that_was_run_longest_ago_is_forgotten() -> None:
    quick = Quick()
    for number in range(KNOWN + 1):
        quick.note(f"SELECT {number}", 0.0)
    assert "SELECT 0" not in quick and f"SELECT {KNOWN}" in quick


def test_the_cursor_has_what_sqlalchemy_asks_of_one() -> None:
    """SQLAlchemy's adapter keeps the cursor under this name."""
    asked = set(re.findall(r"self\._cursor\.(\w+)", inspect.getsource(AsyncAdapt_dbapi_cursor)))
    assert asked - {"nextset", "setinputsizes"} <= set(dir(Cursor))


async def test_a_connection_opens_the_file_of_this_name(tmp_path: Path) -> None:
    file = empty_in(tmp_path)
    connection = await connecting_to(file, 100)()
    await connection.execute("CREATE TABLE room (name TEXT)")
    await connection.close()
    with closing(sqlite3.connect(file)) as found:
        assert found.execute("SELECT name FROM sqlite_master").fetchall() == [("room",)]
