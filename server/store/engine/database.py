"""The database, to read and to write: SQLite by default, PostgreSQL by setting."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import TypeVar

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from server.store.engine.sqlite import connecting_to, open_file

T = TypeVar("T")
Change = tuple[str, str, int]
"""A room, a topic of it, and the topic's new revision."""
AfterCommit = Callable[[list[Change]], Awaitable[None]]
AfterWork = Callable[[], None]
LastWork = Callable[[AsyncSession], Awaitable[None]]

CHANGES = "changes"
WORK = "work"
LAST = "last"
"""Keys of a transaction's notes (`AsyncSession.info`): its changes, whether it left work, and its last statements."""
BUSY_TIMEOUT_MS = 10_000
POOL_TIMEOUT_S = 10.0
"""The longest wait for a connection; then the request is refused, and can be made again."""


class Database:
    """Access to one database.

    After a commit, the functions in `after_commit` are called with the topics that the transaction changed, and those
    in `after_work` when it left work for a duty, or may have.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.after_commit: list[AfterCommit] = []
        self.after_work: list[AfterWork] = []
        if self.is_sqlite:
            self._reader = _sqlite_engine(url, "BEGIN", pool_size=4)
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", pool_size=1)
            self._aside = Aside(url)
        else:
            self._reader = self._writer = create_async_engine(
                url, pool_size=10, pool_timeout=POOL_TIMEOUT_S, pool_pre_ping=True
            )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads, in which the database does not change.

        Other tasks run first: quick statements would not let them until the transaction is over.
        """
        await asyncio.sleep(0)
        async with AsyncSession(self._reader, expire_on_commit=False, autoflush=False) as db:
            yield db

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction, committed on a clean exit and undone on an error. Rooms are told after the commit."""
        async with AsyncSession(self._writer, expire_on_commit=False) as db:
            async with db.begin():
                try:
                    yield db
                    await _finish(db)
                except BaseException:
                    db.expunge_all()  # the rollback would empty the rows that the error page still shows
                    raise
            changes: list[Change] = db.info.pop(CHANGES, [])
        if changes:
            for tell in self.after_commit:
                await tell(changes)
        if changes or db.info.pop(WORK, False):
            for call in self.after_work:
                call()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction, committed when it returns, undone when it raises. It may change no topic."""
        if self.is_sqlite:
            return await self._aside.write(work)
        async with self._writer.begin() as connection:
            return await connection.run_sync(work)

    async def check(self) -> None:
        """Ask the database for an answer. Raises the driver's error when there is none."""
        async with self._reader.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def forget(self) -> None:
        """Empty SQLite's write-ahead log, which holds the earlier content of rows until it is written over."""
        if self.is_sqlite:
            await self._aside.truncate_log()

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        await self._reader.dispose()
        if self.is_sqlite:
            await self._aside.close()


def do_last(db: AsyncSession, work: LastWork) -> None:
    """Do this after every other statement of the running transaction, once.

    A row that many transactions write is locked by this for as short as can be, and no transaction that holds its lock
    waits for another lock.
    """
    db.info.setdefault(LAST, {})[work] = None


async def _finish(db: AsyncSession) -> None:
    if last := db.info.pop(LAST, None):
        await db.flush()
        for work in last:
            await work(db)


def leave_work(db: AsyncSession) -> None:
    """Wake the duties after the commit of the running transaction, which leaves work for one of them."""
    db.info[WORK] = True


class Aside:
    """A thread that writes whole transactions to SQLite.

    An asynchronous cursor passes each of its calls, about fifteen in a transaction, to a thread and back: that would be
    most of the cost of a commit of a few rows.
    """

    def __init__(self, url: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        plain = make_url(url).set(drivername="sqlite")
        opening = partial(open_file, plain.database or "", BUSY_TIMEOUT_MS)
        self._engine = create_engine(plain, creator=opening, pool_size=1, max_overflow=0)
        _begin_by(self._engine, "BEGIN IMMEDIATE")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)

    async def truncate_log(self) -> None:
        """Move the write-ahead log into the database file and cut it to nothing, once no reader needs it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._truncate_log)

    async def close(self) -> None:
        """Close the connection in the thread, after the transactions that still wait there."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown(wait=False)

    def _truncate_log(self) -> None:
        with closing(self._engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _do(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)


def _sqlite_engine(url: str, begin: str, pool_size: int) -> AsyncEngine:
    opening = connecting_to(url, BUSY_TIMEOUT_MS)
    engine = create_async_engine(
        url, async_creator=opening, pool_size=pool_size, max_overflow=0, pool_timeout=POOL_TIMEOUT_S
    )
    _begin_by(engine.sync_engine, begin)
    return engine


def _begin_by(engine: Engine, statement: str) -> None:
    """Begin each transaction with this statement. A writer that takes the lock at once cannot deadlock.

    The file is in WAL mode since its first migration, so readers and the writer do not wait for each other.
    """

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(statement)
