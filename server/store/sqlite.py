"""aiosqlite in few steps: one turn of its thread for each statement, where its own cursor takes four.

Each turn wakes a thread and the event loop again, which for our small statements costs far more than SQLite itself.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy.engine import make_url

CHUNK = 64
"""What aiosqlite asks for; rows are never fetched in parts."""


class Cursor:
    """As much of aiosqlite's cursor as SQLAlchemy uses. Every row of a result is fetched with its statement."""

    arraysize = 1

    def __init__(self, connection: "QuickConnection") -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: list[Any] = []

    async def __aenter__(self) -> "Cursor":
        return self

    @property
    def description(self) -> Any:
        return self._cursor and self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount if self._cursor else -1

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid if self._cursor else None

    async def execute(self, statement: str, parameters: Any = ()) -> "Cursor":
        return await self._do(lambda cursor: cursor.execute(statement, parameters))

    async def executemany(self, statement: str, parameters: Iterable[Any]) -> "Cursor":
        return await self._do(lambda cursor: cursor.executemany(statement, parameters))

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._rows = []

    async def _do(self, work: Callable[[sqlite3.Cursor], Any]) -> "Cursor":
        self._cursor, self._rows = await self._connection.in_one_turn(work)
        return self


class QuickConnection(aiosqlite.Connection):
    """aiosqlite's connection with such cursors. SQLAlchemy asks for them and enters them."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def in_one_turn(self, work: Callable[[sqlite3.Cursor], Any]) -> tuple[sqlite3.Cursor, list[Any]]:
        """Let a new cursor do its work; the cursor, and the rows of its result."""

        def turn() -> tuple[sqlite3.Cursor, list[Any]]:
            cursor = self._conn.cursor()
            work(cursor)
            return cursor, cursor.fetchall() if cursor.description else []

        found: tuple[sqlite3.Cursor, list[Any]] = await self._execute(turn)  # type: ignore[no-untyped-call]
        return found


def connecting_to(url: str) -> Callable[[], Awaitable[QuickConnection]]:
    """How an engine opens a connection to that file, for `create_async_engine(async_creator=…)`."""

    async def connect() -> QuickConnection:
        connection = QuickConnection(
            partial(sqlite3.connect, make_url(url).database or "", check_same_thread=False), CHUNK
        )
        connection._thread.daemon = True  # as SQLAlchemy does: a forgotten connection must not keep the process
        await connection
        return connection

    return connect
