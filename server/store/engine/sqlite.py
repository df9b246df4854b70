"""aiosqlite with fewer thread switches: a quick statement runs in the event loop, any other in one turn of the thread.

Each turn wakes a thread and then the event loop, which for our small statements costs far more than SQLite itself.
Under WAL no reader waits for a lock, and a writer waits only as it begins: beginning and committing always use the
thread.
"""

import sqlite3
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy.engine import make_url

T = TypeVar("T")
CHUNK = 64
"""A parameter that aiosqlite demands and that has no effect here: rows are never fetched in parts."""
QUICK_S = 0.001
"""A statement is quick that took less than this when it last ran."""
KNOWN = 2_048
"""The most quick statements that are remembered; the one that ran longest ago is forgotten, and proves itself again."""
NEVER = ("BEGIN IMMEDIATE", "")
"""Statements that count as slow in any case: the wait for the right to write, and a statement with many rows."""
FEW = 32
"""The most rows that are not many."""


class Quick:
    """The statements that were quick when they last ran."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, statement: str) -> bool:
        return statement in self._known

    def note(self, statement: str, seconds: float) -> None:
        """Remember a statement as quick, or forget it, by the time that it has just taken."""
        if seconds >= QUICK_S or statement in NEVER:
            self._known.pop(statement, None)
            return
        self._known[statement] = None
        self._known.move_to_end(statement)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)


class Cursor:
    """The part of aiosqlite's cursor that SQLAlchemy uses. All rows of a result are fetched with their statement."""

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
        return await self._do(statement, lambda cursor: cursor.execute(statement, parameters))

    async def executemany(self, statement: str, parameters: Iterable[Any]) -> "Cursor":
        rows = list(parameters)
        return await self._do(statement if len(rows) <= FEW else "", lambda cursor: cursor.executemany(statement, rows))

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._rows = []

    async def _do(self, statement: str, work: Callable[[sqlite3.Cursor], Any]) -> "Cursor":
        """Let a new cursor do `work`; `statement` tells whether it is quick."""
        self._cursor, self._rows = await self._connection.run(statement, work)
        return self


class QuickConnection(aiosqlite.Connection):
    """aiosqlite's connection, with cursors of this module."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], quick: Quick) -> None:
        super().__init__(connector, CHUNK)
        self._quick = quick
        self._given = self._done = 0
        """Turns of the thread. While one goes on, no statement runs in the event loop, even if nobody awaits it."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def run(self, statement: str, work: Callable[[sqlite3.Cursor], Any]) -> tuple[sqlite3.Cursor, list[Any]]:
        """Let a new cursor do `work` on a statement. Returns the cursor and the rows of the result."""
        if statement in self._quick and self._is_idle:
            return self._timed(statement, work, time.perf_counter)
        return await self._in_turn(partial(self._timed, statement, work, time.thread_time))

    async def commit(self) -> None:
        await self._in_turn(self._conn.commit)

    async def rollback(self) -> None:
        """Roll back in the event loop if the thread is idle: it costs almost nothing."""
        if self._is_idle:
            self._conn.rollback()
        else:
            await self._in_turn(self._conn.rollback)

    @property
    def _is_idle(self) -> bool:
        return self._given == self._done

    def _timed(
        self, statement: str, work: Callable[[sqlite3.Cursor], Any], clock: Callable[[], float]
    ) -> tuple[sqlite3.Cursor, list[Any]]:
        """Run and measure a statement: by the thread's time, which a busy machine cannot lengthen, or by a clock."""
        began = clock()
        cursor = self._conn.cursor()
        work(cursor)
        rows = cursor.fetchall() if cursor.description else []
        self._quick.note(statement, clock() - began)
        return cursor, rows

    async def _in_turn(self, work: Callable[[], T]) -> T:
        def turn() -> T:
            try:
                return work()
            finally:
                self._done += 1

        self._given += 1
        done: T = await self._execute(turn)  # type: ignore[no-untyped-call]
        return done


def connecting_to(url: str) -> Callable[[], Awaitable[QuickConnection]]:
    """The function that opens connections to that file, for `create_async_engine(async_creator=…)`."""

    quick, file = Quick(), make_url(url).database or ""

    async def connect() -> QuickConnection:
        connection = QuickConnection(partial(sqlite3.connect, file, check_same_thread=False), quick)
        # As SQLAlchemy does: a connection that is never closed must not keep the process alive.
        connection._thread.daemon = True
        await connection
        return connection

    return connect
