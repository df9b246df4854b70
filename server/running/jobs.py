"""Works off jobs: claims the one that is due, runs its kind's work under the lease, and writes down the outcome."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial

import structlog
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from server.models import Job
from server.running.duties import Duty
from server.store.engine.availability import is_away
from server.store.engine.database import Database
from server.store.engine.jobs import Backlog

EVERY_S = 1.0
LEASE = timedelta(minutes=2)
"""A job whose process has died is begun anew after that time, until it has died `MOST_DEATHS` times."""
BEAT_S = 1.0
"""The time between two looks at a running job's lease; each stores its progress. A cancelled job stops within it."""
RELEASED_WITHIN_S = 1.0
SURPRISE = "Something went wrong here. The log says what."
log = structlog.get_logger("plenary.jobs")


class JobFailed(Exception):
    """The work cannot succeed. The message is the reason, a sentence for the person who asked for the work."""


class JobHindered(Exception):
    """The work could not be done this time: its kind's back-off says when it is tried again. The message is the reason.

    After the last attempt the job has failed.
    """


class JobNotDue(Exception):
    """The work cannot be done before `due_at`. This counts as no attempt."""

    def __init__(self, due_at: datetime) -> None:
        super().__init__(due_at.isoformat())
        self.due_at = due_at


class LeaseLost(Exception):
    """The job was cancelled, or another process has claimed it: the result does not count."""


class HeldJob:
    """A job that this process holds under its lease, as the job's work sees it."""

    def __init__(self, database: Database, backlog: Backlog[Job], job: Job) -> None:
        self.job = job
        self._database, self._backlog = database, backlog
        self._progress: tuple[int, int | None] = (0, None)
        self._stored: tuple[int, int | None] = self._progress
        self._leased_until = job.leased_until or job.due_at

    def progress(self, done: int, total: int | None = None) -> None:
        """Report that `done` of `total` is done; stored at the next beat. A smaller number than before is ignored."""
        if (done, total) != self._progress and (total != self._progress[1] or done > self._progress[0]):
            self._progress = done, total

    @asynccontextmanager
    async def finishing(self) -> AsyncIterator[AsyncSession]:
        """Open the transaction that stores the result and finishes the job.

        Work that stores no result need not call this. Raises LeaseLost, and then nothing is stored.
        """
        async with self._database.writing(is_long=True) as db:
            if not await self._backlog.settle(db, self.job, "finished"):
                raise LeaseLost
            yield db

    async def beat(self, now: datetime) -> bool:
        """Store new progress, and renew the lease once half of it is over; False when the lease no longer holds.

        While the database is away, the lease holds until it is over.
        """
        try:
            if self._progress == self._stored and now < self._leased_until - self._backlog.lease / 2:
                async with self._database.reading() as db:
                    return await self._backlog.is_held(db, self.job)
            done, total = self._progress
            async with self._database.writing() as db:
                is_held = await self._backlog.renew(db, self.job, now, done=done, total=total)
        except Exception as error:
            if not is_away(error):
                raise
            return now < self._leased_until
        self._stored, self._leased_until = (done, total), now + self._backlog.lease
        return is_held

    async def write_down(self, error: BaseException | None) -> None:
        """Write down the outcome of the work, which has returned or has raised `error`."""
        now = datetime.now(UTC)
        async with self._database.writing() as db:
            match error:
                case None:  # where `finishing` has been here, the lease is over and nothing changes
                    await self._backlog.settle(db, self.job, "finished")
                case JobNotDue(due_at=due_at):
                    await self._backlog.put_off(db, self.job, due_at)
                case JobFailed():
                    await self._backlog.settle(db, self.job, "failed", str(error))
                case JobHindered():
                    await self._backlog.hinder(db, self.job, now, str(error))
                case _ if not isinstance(error, LeaseLost):
                    await self._backlog.hinder(db, self.job, now, SURPRISE)

    async def release(self) -> None:
        """Give the job back, so that another process can begin it at once. Should that fail, the lease lapses."""
        with suppress(Exception):
            async with asyncio.timeout(RELEASED_WITHIN_S), self._database.writing() as db:
                await self._backlog.put_off(db, self.job, datetime.now(UTC))


@dataclass(frozen=True)
class JobKind:
    """A kind of job: the name that its rows bear, its work, and the terms on which the work is done.

    `work` returns when the job is finished, or raises JobFailed, JobHindered or JobNotDue. Any other error is logged
    and counts as a hindrance. The work is cancelled when the lease is lost. One process does one job of a kind at a
    time.
    """

    name: str
    work: Callable[[Starlette, HeldJob], Awaitable[None]]
    back_off: tuple[timedelta, ...] = ()
    """The wait after each attempt that was hindered. Empty: the first hindrance is a failure."""

    @cached_property
    def backlog(self) -> Backlog[Job]:
        return Backlog(Job, col(Job.kind) == self.name, lease=LEASE, back_off=self.back_off)


def duty_of(kind: JobKind) -> Duty:
    """The duty that works off the jobs of a kind."""
    return Duty(f"job: {kind.name}", EVERY_S, partial(work_off, kind), rests=True)


async def work_off(kind: JobKind, app: Starlette) -> datetime | None:
    """Run every job of a kind that is due, one after the other. Returns the moment at which the next one is due."""
    database: Database = app.state.db
    while True:
        async with database.reading() as db:
            due_at = await kind.backlog.next_due(db)
        now = datetime.now(UTC)
        if due_at is None or due_at > now:
            return due_at
        async with database.writing() as db:
            if lapsed := await kind.backlog.lapse(db, now):
                log.warning("the process of a job has died", kind=kind.name, jobs=lapsed)
            job = await kind.backlog.claim(db, now, done=0, total=None)
        if job is None:  # another process was faster
            return now
        await do(kind, app, HeldJob(database, kind.backlog, job))


async def do(kind: JobKind, app: Starlette, held: HeldJob) -> None:
    """Run the work of one job for as long as its lease holds, and write down the outcome."""
    work = asyncio.ensure_future(kind.work(app, held))
    try:
        while not work.done():
            await asyncio.wait([work], timeout=BEAT_S)
            if not work.done() and not await held.beat(datetime.now(UTC)):
                return
        error = asyncio.CancelledError() if work.cancelled() else work.exception()
        tell(held.job, error)
        await held.write_down(error)
    except asyncio.CancelledError:
        await stop(work)
        await held.release()
        raise
    finally:
        await stop(work)


async def stop(work: "asyncio.Future[None]") -> None:
    """Cancel the work and wait until it has ended; its child process is gone then."""
    work.cancel()
    await asyncio.wait([work])


def tell(job: Job, error: BaseException | None) -> None:
    """Write a log line about work that did not succeed."""
    about = log.bind(kind=job.kind, subject=str(job.subject_id), attempt=job.attempts)
    match error:
        case None | JobNotDue() | LeaseLost():
            return
        case JobFailed() | JobHindered():
            about.warning("a job did not succeed", reason=str(error))
        case _:
            about.error("a job did not succeed", exc_info=error)
