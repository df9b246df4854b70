"""aiosqlite in few steps: a statement that is quick is run at once, any other in one turn of its thread.

Each turn wakes a thread and the event loop again, which for our small statements costs far more than SQLite itself.
Under WAL no reader waits for a lock, and a writer does so as it begins: that, and a commit, are always a thread's.
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
"""What aiosqlite asks for; rows are never fetched in parts."""
QUICK_S = 0.001
"""A statement that took less the last time is quick."""
KNOWN = 2_048
"""Quick statements remembered; the one that was run longest ago is forgotten, and proves itself again."""
NEVER = ("BEGIN IMMEDIATE", "")
"""What is not quick though it was the last time: to wait for one's turn to write, and a statement with many rows."""
FEW = 32
"""Rows that are not many."""


class Quick:
    """The statements that were quick the last time they were run."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, statement: str) -> bool:
        return statement in self._known

    def note(self, statement: str, seconds: float) -> None:
        """So long it took just now."""
        if seconds >= QUICK_S or statement in NEVER:
            self._known.pop(statement, None)
            return
        self._known[statement] = None
        self._known.move_to_end(statement)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)


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
        return await self._do(statement, lambda cursor: cursor.execute(statement, parameters))

    async def executemany(self, statement: str, parameters: Iterable[Any]) -> "Cursor":
        rows = list(parameters)
        return await self._do(statement if len(rows) <= FEW else "", lambda cursor: cursor.executemany(statement, rows))

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._rows = []

    async def _do(self, statement: str, work: Callable[[sqlite3.Cursor], Any]) -> "Cursor":
        """`statement` is one that may be known as quick."""
        self._cursor, self._rows = await self._connection.run(statement, work)
        return self


class QuickConnection(aiosqlite.Connection):
    """aiosqlite's connection with such cursors. SQLAlchemy asks for them and enters them."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], quick: Quick) -> None:
        super().__init__(connector, CHUNK)
        self._quick = quick
        self._given = self._done = 0
        """Turns of the thread. Until all are done nothing is run beside them, be it that nobody waits for one."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def run(self, statement: str, work: Callable[[sqlite3.Cursor], Any]) -> tuple[sqlite3.Cursor, list[Any]]:
        """Let a new cursor do its work on a statement; the cursor, and the rows of its result."""
        if statement in self._quick and self._is_idle:
            return self._timed(statement, work, time.perf_counter)
        return await self._in_turn(partial(self._timed, statement, work, time.thread_time))

    async def commit(self) -> None:
        await self._in_turn(self._conn.commit)

    async def rollback(self) -> None:
        """At once, if it can be: what has not been committed is only let go."""
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
        """A thread's own time, so that a busy machine makes no statement slow; in the event loop, that which passes."""
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
    """How an engine opens a connection to that file, for `create_async_engine(async_creator=…)`."""

    quick, file = Quick(), make_url(url).database or ""

    async def connect() -> QuickConnection:
        connection = QuickConnection(partial(sqlite3.connect, file, check_same_thread=False), quick)
        connection._thread.daemon = True  # as SQLAlchemy does: a forgotten connection must not keep the process
        await connection
        return connection

    return connect
