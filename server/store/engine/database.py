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
from sqlalchemy.pool import QueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from server.store.engine.postgresql import FOR_LONG_WORK, FOR_REQUESTS, open_engine
from server.store.engine.sqlite import TOUCH, connecting_to, open_file, touch, watch

T = TypeVar("T")
Change = tuple[str, str, int]
"""A room, a topic of it, and the topic's new revision."""
AfterCommit = Callable[[list[Change]], Awaitable[None]]
AfterWork = Callable[[], None]
LastWork = Callable[[AsyncSession], Awaitable[None]]
Telling = Callable[[], None]

CHANGES = "changes"
WORK = "work"
LAST = "last"
AFTER = "after"
"""Keys of a transaction's notes (`AsyncSession.info`): its changes, whether it left work, its last statements, and what
is told after its commit."""
BUSY_TIMEOUT_MS = 10_000
POOL_TIMEOUT_S = 4.0
"""The longest wait for a connection; then the request is refused, and can be made again."""
PATIENT_POOL_TIMEOUT_S = 60.0
"""The longest wait of long work for one of its few connections."""


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
        self.kept_from_forgetting = 0
        """The number of times in a row that a reader kept the write-ahead log from being emptied."""
        if self.is_sqlite:
            self._reader = _sqlite_engine(url, "BEGIN", pool_size=4)
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", pool_size=1)
            self._patient_reader, self._patient_writer = self._reader, self._writer
            self._aside = Aside(url)
        else:
            self._reader = self._writer = open_engine(url, FOR_REQUESTS, pool_size=10, pool_timeout=POOL_TIMEOUT_S)
            self._patient_reader = self._patient_writer = open_engine(
                url, FOR_LONG_WORK, pool_size=1, max_overflow=3, pool_timeout=PATIENT_POOL_TIMEOUT_S
            )

    @asynccontextmanager
    async def reading(self, *, is_long: bool = False) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads, in which the database does not change.

        Work that `is_long` may take PostgreSQL minutes; a usual statement is ended after seconds. Other tasks run
        first: quick statements would not let them until the transaction is over.
        """
        await asyncio.sleep(0)
        engine = self._patient_reader if is_long else self._reader
        async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as db:
            yield db

    @asynccontextmanager
    async def writing(self, *, is_long: bool = False) -> AsyncIterator[AsyncSession]:
        """Open a transaction, committed on a clean exit and undone on an error. Rooms are told after the commit.

        Work that `is_long` may take PostgreSQL minutes.
        """
        engine = self._patient_writer if is_long else self._writer
        async with AsyncSession(engine, expire_on_commit=False) as db:
            async with db.begin():
                try:
                    yield db
                    await _finish(db)
                except BaseException:
                    db.expunge_all()  # the rollback would empty the rows that the error page still shows
                    raise
            changes: list[Change] = db.info.pop(CHANGES, [])
            tellings: list[Telling] = db.info.pop(AFTER, [])
        for tell_once in tellings:
            tell_once()
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

    async def touch(self, within_s: float) -> str | None:
        """Write to the database, as a request would; the revision of its schema, None where it states none.

        Raises the driver's error, or TimeoutError.
        """
        if self.is_sqlite:
            return await asyncio.to_thread(touch, file_of(self.url), round(1000 * within_s))
        async with asyncio.timeout(within_s), self._writer.begin() as connection:
            revision: str | None = (await connection.execute(text(TOUCH))).scalar()
            return revision

    async def forget(self) -> bool:
        """Empty SQLite's write-ahead log, which holds the earlier content of rows until it is written over.

        Returns False when a reader still needs it, and counts that in `kept_from_forgetting`: a duty tries again.
        """
        if self.is_sqlite and not await self._aside.truncate_log():
            self.kept_from_forgetting += 1
            return False
        self.kept_from_forgetting = 0
        return True

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        await self._reader.dispose()
        await self._patient_writer.dispose()
        if self.is_sqlite:
            await self._aside.close()


def do_last(db: AsyncSession, work: LastWork) -> None:
    """Do this after every other statement of the running transaction, once.

    A row that many transactions write is locked by this for as short as can be, and no transaction that holds its lock
    waits for another lock.
    """
    db.info.setdefault(LAST, {})[work] = None


def do_after(db: AsyncSession, tell: Telling) -> None:
    """Call this once after the commit of the running transaction; never when it is undone."""
    db.info.setdefault(AFTER, []).append(tell)


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
        opening = partial(open_file, file_of(url), BUSY_TIMEOUT_MS)
        self._engine = create_engine("sqlite://", creator=opening, poolclass=QueuePool, pool_size=1, max_overflow=0)
        _begin_by(self._engine, "BEGIN IMMEDIATE")
        watch(self._engine, file_of(url))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)

    async def truncate_log(self) -> bool:
        """Move the write-ahead log into the database file and cut it to nothing; False while a reader needs it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._truncate_log)

    async def close(self) -> None:
        """Close the connection in the thread, after the transactions that still wait there."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown(wait=False)

    def _truncate_log(self) -> bool:
        """Do not wait for a reader: all writers would wait with us."""
        with closing(self._engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA busy_timeout=0")
            try:
                [(is_refused, _, _)] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            return not is_refused

    def _do(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)


def file_of(url: str) -> str:
    """The path of the SQLite database at an address."""
    return make_url(url).database or ""


def _sqlite_engine(url: str, begin: str, pool_size: int) -> AsyncEngine:
    opening = connecting_to(file_of(url), BUSY_TIMEOUT_MS)
    engine = create_async_engine(
        url, async_creator=opening, pool_size=pool_size, max_overflow=0, pool_timeout=POOL_TIMEOUT_S
    )
    _begin_by(engine.sync_engine, begin)
    watch(engine.sync_engine, file_of(url))
    return engine


def _begin_by(engine: Engine, statement: str) -> None:
    """Begin each transaction with this statement. A writer that takes the lock at once cannot deadlock.

    The file is in WAL mode since its first migration, so readers and the writer do not wait for each other.
    """

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(statement)
