"""aiosqlite with fewer thread switches: a quick statement runs in the event loop, any other in one turn of the thread.

Each turn wakes a thread and then the event loop, which for our small statements costs far more than SQLite itself.
Under WAL no reader waits for a lock, and a writer waits only as it begins: beginning and committing always use the
thread.

No statement outlives its own execution. SQLite closes a connection only with its last statement, and keeps its lock
until then: a statement in the traceback of an error would hold both until the garbage collector comes by.
"""

import asyncio
import os
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DisconnectionError

from server.store.engine.availability import DatabaseGone

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
PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # whatever is erased is overwritten
)

IDENTITY = "file"
"""The key of a connection's notes under which the identity of its file stands."""
TOUCH = "UPDATE alembic_version SET version_num = version_num RETURNING version_num"
"""A write that changes nothing."""
HAS_REVISION = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
REVISION = "SELECT version_num FROM alembic_version"


def open_file(file: str, busy_timeout_ms: int) -> sqlite3.Connection:
    """Open a connection to a database that exists, which begins no transaction by itself.

    It waits `busy_timeout_ms` for the right to write. Raises sqlite3.OperationalError.
    """
    address = f"{Path(file).absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    try:
        for pragma in (f"busy_timeout={busy_timeout_ms}", *PRAGMAS):
            connection.execute(f"PRAGMA {pragma}").close()
    except BaseException:
        connection.close()
        raise
    return connection


class Outcome(NamedTuple):
    """The result of a statement: its rows, and the attributes of its cursor, which is closed."""

    rows: list[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


NOTHING = Outcome([], None, -1, None)


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
        self._outcome = NOTHING

    async def __aenter__(self) -> "Cursor":
        return self

    @property
    def description(self) -> Any:
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._outcome.lastrowid

    async def execute(self, statement: str, parameters: Any = ()) -> "Cursor":
        return await self._do(statement, lambda cursor: cursor.execute(statement, parameters))

    async def executemany(self, statement: str, parameters: Iterable[Any]) -> "Cursor":
        rows = list(parameters)
        return await self._do(statement if len(rows) <= FEW else "", lambda cursor: cursor.executemany(statement, rows))

    async def fetchall(self) -> list[Any]:
        return self._outcome.rows

    async def close(self) -> None:
        """Forget the rows. SQLAlchemy still asks for the other attributes."""
        self._outcome = self._outcome._replace(rows=[])

    async def _do(self, statement: str, work: Callable[[sqlite3.Cursor], Any]) -> "Cursor":
        """Let a new cursor do `work`; `statement` tells whether it is quick."""
        self._outcome = await self._connection.run(statement, work)
        return self


class QuickConnection(aiosqlite.Connection):
    """aiosqlite's connection, with cursors of this module."""

    def __init__(self, opening: Callable[[], sqlite3.Connection], quick: Quick) -> None:
        super().__init__(self._open, CHUNK)
        self._opening, self._quick = opening, quick
        self._opened: sqlite3.Connection | None = None
        self._given = self._done = 0
        """Turns of the thread. While one goes on, no statement runs in the event loop, even if nobody awaits it."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    def stop(self) -> "asyncio.Future[Any] | None":
        """End the thread. aiosqlite alone would not close a connection that nobody waited for while it opened."""
        self._tx.put_nowait((None, self._shut))
        return super().stop()

    async def run(self, statement: str, work: Callable[[sqlite3.Cursor], Any]) -> Outcome:
        """Let a new cursor do `work` on a statement, and close the cursor."""
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

    def _open(self) -> sqlite3.Connection:
        self._opened = self._opening()
        return self._opened

    def _shut(self) -> None:
        if self._opened is not None:
            self._opened.close()

    @property
    def _is_idle(self) -> bool:
        return self._given == self._done

    def _timed(self, statement: str, work: Callable[[sqlite3.Cursor], Any], clock: Callable[[], float]) -> Outcome:
        """Run and measure a statement: by the thread's time, which a busy machine cannot lengthen, or by a clock."""
        began = clock()
        cursor = self._conn.cursor()
        try:
            work(cursor)
            rows = cursor.fetchall() if cursor.description else []
            return Outcome(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
        finally:
            cursor.close()
            self._quick.note(statement, clock() - began)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        def turn() -> T:
            try:
                return work()
            finally:
                self._done += 1

        self._given += 1
        done: T = await self._execute(turn)  # type: ignore[no-untyped-call]
        return done


def watch(engine: Engine, file: str) -> None:
    """Let connections serve only for as long as their file is the one at this path.

    A deleted or replaced file takes writes as before, and what it takes is lost. So a connection to it is replaced
    when it is next used, and a transaction on it is not committed: that raises DatabaseGone.
    """

    @event.listens_for(engine, "connect")
    def remember(_connection: Any, record: Any) -> None:
        record.info[IDENTITY] = identity_of(file)

    @event.listens_for(engine, "checkout")
    def compare(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info[IDENTITY] != identity_of(file):
            raise DisconnectionError(f"{file} was deleted or replaced")

    @event.listens_for(engine, "commit")
    def refuse(connection: Connection) -> None:
        if connection.info[IDENTITY] != identity_of(file):
            raise DatabaseGone(f"{file} was deleted or replaced")


def identity_of(file: str) -> tuple[int, int] | None:
    """The device and inode of a file; None when there is none."""
    try:
        found = os.stat(file)  # noqa: PTH116 - at each commit: a Path costs several times as much
    except OSError:
        return None
    return found.st_dev, found.st_ino


def touch(file: str, busy_timeout_ms: int) -> str | None:
    """Write to the database on a connection of its own, as a request would; the revision of its schema."""
    with closing(open_file(file, busy_timeout_ms)) as connection:
        connection.execute("BEGIN IMMEDIATE").close()
        rows: list[tuple[str]] = connection.execute(TOUCH).fetchall()
        connection.execute("COMMIT").close()
    return rows[0][0] if rows else None


def copy_to(file: str, copy: Path, busy_timeout_ms: int) -> str:
    """Copy the database as it is at this moment into a new file; the revision of its schema, empty when it has none.

    Writers go on meanwhile. The copy keeps no log beside it. Raises sqlite3.Error.
    """
    with closing(open_file(file, busy_timeout_ms)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),)).close()
    with closing(open_file(str(copy), busy_timeout_ms)) as connection:
        if not connection.execute(HAS_REVISION).fetchone():
            return ""
        rows: list[tuple[str]] = connection.execute(REVISION).fetchall()
        # the copy of a database in WAL mode is not in WAL mode, and no migration may follow that would set it
        connection.execute("PRAGMA journal_mode=WAL").close()
    return rows[0][0] if rows else ""


def connecting_to(file: str, busy_timeout_ms: int) -> Callable[[], Awaitable[QuickConnection]]:
    """The function that opens connections to a file, for `create_async_engine(async_creator=…)`."""

    quick = Quick()

    async def connect() -> QuickConnection:
        connection = QuickConnection(partial(open_file, file, busy_timeout_ms), quick)
        # As SQLAlchemy does: a connection that is never closed must not keep the process alive.
        connection._thread.daemon = True
        await connection
        return connection

    return connect
