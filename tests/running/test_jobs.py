"""A job runs while its lease holds, and its row tells the outcome, whatever happens to the work."""

import asyncio
import signal
import sqlite3
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from server.models import Job
from server.running import jobs as running
from server.running.jobs import LEASE, HeldJob, JobFailed, JobHindered, JobKind, JobNotDue, work_off
from server.store import jobs
from server.store.engine.database import Database
from server.store.engine.jobs import MOST_DEATHS
from tests.engines.postgresql import PostgreSQL
from tests.fixtures import end
from tests.running import dying
from tests.waiting import until

WITHIN_S = 60
Outage = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def quick_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BEAT_S", 0.02)


@pytest.fixture
def app(database: Database) -> Starlette:
    """The part of the application that a worker needs."""
    app = Starlette()
    app.state.db = database
    return app


@pytest.fixture
async def subject(database: Database) -> uuid.UUID:
    """The subject of a job that was asked for."""
    subject = uuid.uuid4()
    async with database.writing() as db:
        await jobs.ask(db, "film", subject, event_id=None, now=datetime.now(UTC))
    return subject


async def job_of(database: Database, subject: uuid.UUID, kind: str = "film") -> Job:
    async with database.reading() as db:
        found = await jobs.job_of(db, kind, subject)
    assert found is not None
    return found


async def job_once(database: Database, subject: uuid.UUID, is_so: Callable[[Job], bool], kind: str = "film") -> Job:
    """The job, once the condition holds."""

    async def look() -> Job | None:
        job = await job_of(database, subject, kind)
        return job if is_so(job) else None

    found = await until(look)
    assert found is not None
    return found


async def test_a_job_is_finished_when_its_work_returns(app: Starlette, database: Database, subject: uuid.UUID) -> None:
    worked_on = []

    async def work(_: Starlette, held: HeldJob) -> None:
        worked_on.append(held.job.subject_id)

    assert await work_off(JobKind("film", work), app) is None
    assert worked_on == [subject]
    assert (await job_of(database, subject)).state == "finished"


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (JobFailed("This is no film."), "failed", "This is no film."),
        (JobHindered("The disk is full."), "waiting", "The disk is full."),
        (RuntimeError("bug"), "waiting", running.SURPRISE),
        (asyncio.CancelledError(), "waiting", running.SURPRISE),
    ],
)
async def test_why_a_job_failed_or_has_to_wait_stands_in_its_row(
    app: Starlette, database: Database, subject: uuid.UUID, error: BaseException, state: str, reason: str
) -> None:
    async def work(_: Starlette, held: HeldJob) -> None:
        raise error

    due_at = await work_off(JobKind("film", work, back_off=(timedelta(hours=1),)), app)
    job = await job_of(database, subject)
    assert (job.state, job.reason, job.attempts) == (state, reason, 1)
    assert due_at == (None if state == "failed" else job.due_at)


async def test_without_a_back_off_the_first_hindrance_is_a_failure(
    app: Starlette, database: Database, subject: uuid.UUID
) -> None:
    async def work(_: Starlette, held: HeldJob) -> None:
        raise OSError("no space left on device")

    await work_off(JobKind("film", work), app)
    job = await job_of(database, subject)
    assert (job.state, job.reason) == ("failed", running.SURPRISE)


async def test_a_job_that_is_not_due_yet_comes_later(app: Starlette, database: Database, subject: uuid.UUID) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)

    async def work(_: Starlette, held: HeldJob) -> None:
        raise JobNotDue(later)

    assert await work_off(JobKind("film", work), app) == later
    assert (await job_of(database, subject)).attempts == 0


async def test_progress_is_shown_while_the_work_goes_on_and_never_falls(
    app: Starlette, database: Database, subject: uuid.UUID
) -> None:
    shown = asyncio.Event()

    async def work(_: Starlette, held: HeldJob) -> None:
        for percent in (10, 40, 30):
            held.progress(percent, 100)
        await shown.wait()

    task = asyncio.create_task(work_off(JobKind("film", work), app))
    assert (await job_once(database, subject, lambda job: job.percent > 0)).percent == 40
    shown.set()
    await task
    assert (await job_of(database, subject)).percent == 100


async def test_progress_begins_at_nought_with_each_attempt(
    app: Starlette, database: Database, subject: uuid.UUID
) -> None:
    percents = []

    async def work(_: Starlette, held: HeldJob) -> None:
        percents.append((await job_of(database, subject)).percent)
        held.progress(40, 100)
        await job_once(database, subject, lambda job: job.percent == 40)
        if len(percents) == 1:
            raise JobHindered("The disk is full.")

    await work_off(JobKind("film", work, back_off=(timedelta(0),)), app)
    assert percents == [0, 0]


class Endless:
    """Work that goes on until it is stopped."""

    def __init__(self) -> None:
        self.began, self.ended = asyncio.Event(), asyncio.Event()

    async def work(self, _: Starlette, held: HeldJob) -> None:
        try:
            self.began.set()
            await asyncio.Event().wait()
        finally:
            self.ended.set()


async def test_work_stops_when_its_job_is_cancelled(app: Starlette, database: Database, subject: uuid.UUID) -> None:
    endless = Endless()
    task = asyncio.create_task(work_off(JobKind("film", endless.work), app))
    await endless.began.wait()
    async with database.writing() as db:
        assert await jobs.cancel(db, "film", subject)
    async with asyncio.timeout(WITHIN_S):
        await task
    assert endless.ended.is_set()
    assert (await job_of(database, subject)).state == "cancelled"


async def test_the_result_and_the_end_of_a_job_are_one_transaction(
    app: Starlette, database: Database, subject: uuid.UUID
) -> None:
    async def work(_: Starlette, held: HeldJob) -> None:
        async with held.finishing() as db:
            await jobs.ask(db, "download", subject, event_id=None, now=datetime.now(UTC))
            raise RuntimeError("the disk is full")

    await work_off(JobKind("film", work), app)
    async with database.reading() as db:
        assert await jobs.job_of(db, "download", subject) is None
    assert (await job_of(database, subject)).state == "failed"


async def test_what_was_cancelled_at_the_last_moment_leaves_no_result(
    app: Starlette, database: Database, subject: uuid.UUID
) -> None:
    async def work(_: Starlette, held: HeldJob) -> None:
        async with database.writing() as db:
            await jobs.cancel(db, "film", subject)
        async with held.finishing() as db:
            await jobs.ask(db, "download", subject, event_id=None, now=datetime.now(UTC))

    await work_off(JobKind("film", work), app)
    async with database.reading() as db:
        assert await jobs.job_of(db, "download", subject) is None
    assert (await job_of(database, subject)).state == "cancelled"


async def test_a_process_that_ends_leaves_its_job_to_the_next_at_once(
    app: Starlette, database: Database, subject: uuid.UUID
) -> None:
    endless = Endless()
    task = asyncio.create_task(work_off(JobKind("film", endless.work), app))
    await endless.began.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert endless.ended.is_set()
    job = await job_of(database, subject)
    assert (job.state, job.lease, job.attempts) == ("waiting", None, 0)


async def test_a_lease_is_renewed_for_as_long_as_the_work_takes(
    app: Starlette, database: Database, subject: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "LEASE", timedelta(milliseconds=200))
    endless = Endless()
    task = asyncio.create_task(work_off(JobKind("film", endless.work), app))
    await endless.began.wait()
    claimed = await job_of(database, subject)
    assert claimed.leased_until is not None
    over = claimed.leased_until + timedelta(seconds=1)
    await job_once(database, subject, lambda job: job.leased_until is not None and job.leased_until > over)
    assert not endless.ended.is_set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def outage(engine: str, database_url: str, request: pytest.FixtureRequest) -> Outage:
    """Take the database away: PostgreSQL is stopped; on SQLite, another writer does not finish."""

    @contextmanager
    def away() -> Iterator[None]:
        if engine == "postgresql":
            postgresql: PostgreSQL = request.getfixturevalue("postgresql")
            postgresql.stop()
            yield
            postgresql.start()
        else:
            hog = sqlite3.connect(make_url(database_url).database or "", isolation_level=None)
            hog.execute("BEGIN IMMEDIATE")
            yield
            hog.close()

    return away


async def test_while_the_database_is_away_work_goes_on_until_its_lease_is_over(
    database_url: str, outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.engine.database.BUSY_TIMEOUT_MS", 50)
    database, backlog = Database(database_url), JobKind("film", Endless().work).backlog
    now = datetime.now(UTC)
    async with database.writing() as db:
        await jobs.ask(db, "film", uuid.uuid4(), event_id=None, now=now)
        job = await backlog.claim(db, now)
    assert job is not None
    held = HeldJob(database, backlog, job)
    held.progress(40, 100)
    with outage():
        assert await held.beat(now + LEASE / 2)
        assert not await held.beat(now + LEASE)
    assert await held.beat(now + LEASE / 2)
    assert (await job_of(database, job.subject_id)).percent == 40
    await database.close()


async def test_a_worker_that_was_killed_in_mid_work_leaves_its_job_once_the_lease_is_over(
    app: Starlette, database: Database, database_url: str
) -> None:
    subject = uuid.uuid4()
    async with database.writing() as db:
        await jobs.ask(db, dying.NAME, subject, event_id=None, now=datetime.now(UTC))
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.running.dying", database_url)
    try:
        await job_once(database, subject, lambda job: job.done > 0, dying.NAME)
    finally:
        await end(worker, signal.SIGKILL)
    left = await job_of(database, subject, dying.NAME)
    assert left.state == "running"
    kind = JobKind(dying.NAME, dying.work)
    assert left.leased_until is not None
    now = left.leased_until
    assert await work_off(kind, app) == now
    async with database.writing() as db:
        assert await kind.backlog.lapse(db, now - LEASE / 100) == 0
        assert await kind.backlog.lapse(db, now) == 1
        again = await kind.backlog.claim(db, now)
    assert again is not None
    assert (again.subject_id, again.attempts) == (subject, 2)


async def test_a_job_that_kills_its_process_again_and_again_has_failed_until_somebody_asks_once_more(
    app: Starlette, database: Database, subject: uuid.UUID
) -> None:
    async def work(_: Starlette, held: HeldJob) -> None: ...

    kind, now = JobKind("film", work), datetime.now(UTC) + timedelta(seconds=1)
    for death in range(1, MOST_DEATHS + 1):
        async with database.writing() as db:
            await kind.backlog.claim(db, now)
        now += LEASE
        async with database.writing() as db:
            assert await kind.backlog.lapse(db, now) == 1
        job = await job_of(database, subject)
        assert (job.deaths, job.lease) == (death, None)
        assert job.state == ("waiting" if death < MOST_DEATHS else "failed")
    assert job.reason == f"The process that worked on it died {MOST_DEATHS} times. The log may say why."
    assert await work_off(kind, app) is None
    async with database.writing() as db:
        assert await jobs.ask(db, "film", subject, event_id=None, now=datetime.now(UTC))
    assert (await job_of(database, subject)).deaths == 0
    await work_off(kind, app)
    assert (await job_of(database, subject)).state == "finished"
