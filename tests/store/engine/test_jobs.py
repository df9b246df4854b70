"""One process at a time holds a row, and only the process whose lease holds writes down the outcome."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from server.models import Job
from server.store import jobs
from server.store.engine.database import Database
from server.store.engine.jobs import REASON, Backlog

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
LEASE = timedelta(minutes=2)
BACK_OFF = (timedelta(seconds=15), timedelta(minutes=1))
SECOND = timedelta(seconds=1)
FILMS = Backlog(Job, col(Job.kind) == "film", lease=LEASE, back_off=BACK_OFF)
SHOWN = Backlog(Job, col(Job.kind) == "film", lease=LEASE, lapsed="uncertain", lapsed_reason="Nobody knows.")


async def ask(database: Database, subject: uuid.UUID | None = None, *, now: datetime = NOW, kind: str = "film") -> Job:
    """A job that was asked for; its subject."""
    subject = subject or uuid.uuid4()
    async with database.writing() as db:
        assert await jobs.ask(db, kind, subject, event_id=None, now=now)
    return await job_of(database, subject, kind)


async def job_of(database: Database, subject: uuid.UUID, kind: str = "film") -> Job:
    async with database.reading() as db:
        found = await jobs.job_of(db, kind, subject)
    assert found is not None
    return found


async def claim(database: Database, now: datetime, backlog: Backlog[Job] = FILMS) -> Job | None:
    """Claim as a worker does: leases that are over lapse first."""
    async with database.writing() as db:
        await backlog.lapse(db, now)
        return await backlog.claim(db, now)


async def claimed(database: Database, now: datetime = NOW) -> Job:
    job = await claim(database, now)
    assert job is not None
    return job


async def next_due(database: Database) -> datetime | None:
    async with database.reading() as db:
        return await FILMS.next_due(db)


async def test_of_many_claimants_one_has_the_job(database: Database) -> None:
    await ask(database)
    found = await asyncio.gather(*(claim(database, NOW) for _ in range(8)))
    assert len([job for job in found if job]) == 1


async def test_many_claimants_share_the_jobs_out(database: Database) -> None:
    asked = [(await ask(database)).id for _ in range(6)]
    found: list[uuid.UUID] = []

    async def work() -> None:
        while job := await claim(database, NOW):
            found.append(job.id)

    await asyncio.gather(*(work() for _ in range(3)))
    assert sorted(found) == sorted(asked)


async def test_the_job_that_has_been_due_longest_comes_first(database: Database) -> None:
    later = await ask(database, now=NOW - SECOND)
    first = await ask(database, now=NOW - 2 * SECOND)
    assert [(await claimed(database)).id, (await claimed(database)).id] == [first.id, later.id]


async def test_a_backlog_holds_one_kind_of_job(database: Database) -> None:
    await ask(database, kind="download")
    assert await next_due(database) is None
    assert await claim(database, NOW) is None


async def test_a_worker_that_rests_is_told_when_there_is_something_to_do(database: Database) -> None:
    assert await next_due(database) is None
    await ask(database, now=NOW + 5 * LEASE)
    assert await next_due(database) == NOW + 5 * LEASE
    assert await claim(database, NOW) is None
    await ask(database, now=NOW)
    assert await next_due(database) == NOW
    await claimed(database)
    assert await next_due(database) == NOW + LEASE


async def test_a_job_whose_worker_has_died_is_begun_anew_once_its_lease_is_over(database: Database) -> None:
    await ask(database)
    dead = await claimed(database)
    assert await claim(database, NOW + LEASE - SECOND) is None
    again = await claimed(database, NOW + LEASE)
    assert (again.id, again.attempts) == (dead.id, 2)


async def test_a_lease_that_is_renewed_goes_on(database: Database) -> None:
    await ask(database)
    job = await claimed(database)
    async with database.writing() as db:
        assert await FILMS.renew(db, job, NOW + LEASE / 2, done=40, total=100)
    assert await claim(database, NOW + LEASE) is None
    assert (await job_of(database, job.subject_id)).percent == 40
    assert await claim(database, NOW + LEASE / 2 + LEASE) is not None


async def test_a_worker_that_was_taken_for_dead_writes_nothing_down(database: Database) -> None:
    await ask(database)
    slow = await claimed(database)
    new = await claimed(database, NOW + LEASE)
    async with database.writing() as db:
        assert not await FILMS.is_held(db, slow)
        assert not await FILMS.renew(db, slow, NOW + LEASE)
        assert not await FILMS.settle(db, slow, "failed", "It was too slow.")
        assert not await FILMS.put_off(db, slow, NOW)
        assert not await FILMS.hinder(db, slow, NOW, "It was too slow.")
        assert await FILMS.is_held(db, new)
        assert await FILMS.settle(db, new, "finished")
    job = await job_of(database, new.subject_id)
    assert (job.state, job.reason, job.percent) == ("finished", "", 100)


async def test_work_that_may_not_be_done_twice_is_shown_when_its_lease_is_over(database: Database) -> None:
    job = await ask(database)
    assert await claim(database, NOW, SHOWN)
    assert await claim(database, NOW + LEASE, SHOWN) is None
    job = await job_of(database, job.subject_id)
    assert (job.state, job.reason) == ("uncertain", "Nobody knows.")


async def test_a_job_fails_with_its_reason(database: Database) -> None:
    await ask(database)
    held = await claimed(database)
    async with database.writing() as db:
        assert await FILMS.settle(db, held, "failed", "This is no film. " * 1000)
        assert not await FILMS.settle(db, held, "finished")
    job = await job_of(database, held.subject_id)
    assert (job.state, job.lease, len(job.reason)) == ("failed", None, REASON)
    assert await next_due(database) is None


async def test_a_job_that_is_hindered_waits_longer_each_time_and_fails_at_last(database: Database) -> None:
    subject = (await ask(database)).subject_id
    now = NOW
    for wait in BACK_OFF:
        held = await claimed(database, now)
        async with database.writing() as db:
            assert await FILMS.hinder(db, held, now, "The disk is full.")
        job = await job_of(database, subject)
        assert (job.state, job.reason, job.due_at) == ("waiting", "The disk is full.", now + wait)
        assert await claim(database, now + wait - SECOND) is None
        now += wait
    held = await claimed(database, now)
    async with database.writing() as db:
        assert await FILMS.hinder(db, held, now, "The disk is full.")
    job = await job_of(database, subject)
    assert (job.state, job.reason, job.attempts) == ("failed", "The disk is full.", 3)


async def test_to_be_put_off_is_no_attempt(database: Database) -> None:
    await ask(database)
    for n in range(5):
        held = await claimed(database, NOW + n * SECOND)
        assert held.attempts == 1
        async with database.writing() as db:
            assert await FILMS.put_off(db, held, NOW + (n + 1) * SECOND)
    assert await next_due(database) == NOW + 5 * SECOND


async def test_a_job_is_cancelled_in_mid_work_and_its_worker_is_told(database: Database) -> None:
    await ask(database)
    held = await claimed(database)

    async def cancel() -> bool:
        async with database.writing() as db:
            return await jobs.cancel(db, "film", held.subject_id)

    assert await cancel()
    assert not await cancel()
    async with database.writing() as db:
        assert not await FILMS.is_held(db, held)
        assert not await FILMS.settle(db, held, "finished")
    assert (await job_of(database, held.subject_id)).state == "cancelled"
    assert await claim(database, NOW + 2 * LEASE) is None


async def test_to_ask_twice_is_to_ask_once(database: Database) -> None:
    subject = uuid.uuid4()

    async def ask_for(version: str, *, again: tuple[str, ...] = jobs.IN_VAIN) -> bool:
        async with database.writing() as db:
            return await jobs.ask(db, "film", subject, event_id=None, now=NOW, version=version, again=again)

    outcomes = await asyncio.gather(*(ask_for("first") for _ in range(8)))
    assert outcomes.count(True) == 1
    held = await claimed(database)
    assert not await ask_for("first")
    async with database.writing() as db:
        assert await FILMS.settle(db, held, "finished")
    assert not await ask_for("first")
    assert await ask_for("first", again=jobs.OVER)
    assert (await claimed(database)).attempts == 1


@pytest.mark.parametrize("state", jobs.IN_VAIN)
async def test_what_was_asked_for_in_vain_can_be_asked_for_again(database: Database, state: str) -> None:
    await ask(database)
    held = await claimed(database)
    async with database.writing() as db:
        assert await FILMS.renew(db, held, NOW, done=40, total=100)
        assert await FILMS.settle(db, held, state, "No.")
    job = await ask(database, held.subject_id, now=NOW + SECOND)
    assert (job.state, job.reason, job.percent, job.due_at) == ("waiting", "", 0, NOW + SECOND)


async def test_another_version_takes_the_place_of_what_is_being_done(database: Database) -> None:
    subject = (await ask(database)).subject_id
    held = await claimed(database)
    async with database.writing() as db:
        assert await jobs.ask(db, "film", subject, event_id=None, now=NOW, version="new")
        assert not await FILMS.is_held(db, held)
    assert (await claimed(database)).version == "new"
    async with database.reading() as db:
        assert len((await db.exec(select(Job))).all()) == 1


def test_a_job_whose_total_is_unknown_has_no_share() -> None:
    assert Job(kind="import", subject_id=uuid.uuid4(), done=1200).percent == 0
    assert Job(kind="import", subject_id=uuid.uuid4(), done=1200, total=4800).percent == 25
