"""The quick way into SQLite, beside what aiosqlite and SQLAlchemy expect of each other."""

import inspect
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from server.store.sqlite import Cursor, connecting_to


async def test_each_statement_takes_one_turn_of_the_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[Any] = []
    take = aiosqlite.Connection._execute

    async def counted(connection: aiosqlite.Connection, work: Any, *arguments: Any) -> Any:
        turns.append(work)
        return await take(connection, work, *arguments)

    url = f"sqlite+aiosqlite:///{tmp_path / 'house.sqlite3'}"
    engine = create_async_engine(url, async_creator=connecting_to(url))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE room (name TEXT UNIQUE)"))
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
        added = await connection.execute(text("INSERT INTO room VALUES ('lobby'), ('lounge')"))
        assert (added.rowcount, len(turns)) == (2, 1)
        found = await connection.execute(text("SELECT name AS called FROM room ORDER BY name"))
        assert (found.keys(), found.all(), len(turns)) == (["called"], [("lobby",), ("lounge",)], 2)
        with pytest.raises(IntegrityError, match="UNIQUE"):
            await connection.execute(text("INSERT INTO room VALUES ('lobby')"))
    await engine.dispose()


def test_the_cursor_has_what_sqlalchemy_asks_of_one() -> None:
    """SQLAlchemy's adapter keeps it under this name."""
    asked = set(re.findall(r"self\._cursor\.(\w+)", inspect.getsource(AsyncAdapt_dbapi_cursor)))
    assert asked - {"nextset", "setinputsizes"} <= set(dir(Cursor))


async def test_a_connection_opens_the_file_that_the_address_names(tmp_path: Path) -> None:
    file = tmp_path / "house.sqlite3"
    connection = await connecting_to(f"sqlite+aiosqlite:///{file}")()
    await connection.execute("CREATE TABLE room (name TEXT)")
    await connection.close()
    with closing(sqlite3.connect(file)) as found:
        assert found.execute("SELECT name FROM sqlite_master").fetchall() == [("room",)]
