"""An event is anonymised by itself on its retention day, once, and also when the process dies in the middle of it."""

import asyncio
import signal
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlmodel import col, func, select, update
from starlette.applications import Starlette

from server.acts import anonymising
from server.acts.anonymising import AT_ONCE, RETENTION
from server.analytics.report import report
from server.models import Event, Job, Person, Registration
from server.running.jobs import work_off
from server.store import jobs, retention
from server.store.engine.database import Database
from server.store.figures import facts_of
from tests.factory import Factory

OVER = {"starts_on": date(2026, 6, 28), "ends_on": date(2026, 6, 29), "retention_on": date(2026, 11, 1)}
ON_THE_DAY = datetime(2026, 11, 1, 0, 5, tzinfo=UTC)
PEOPLE = AT_ONCE * 3


@pytest.fixture
def app(database: Database) -> Starlette:
    """The part of the application that a worker needs."""
    app = Starlette()
    app.state.db = database
    return app


@pytest.fixture
async def event(make: Factory) -> Event:
    """An event that is over, with people who registered."""
    event = await make.event(**OVER)
    for n in range(PEOPLE):
        await make.delegate(event, f"Delegate-{n}", organisation="A practice in Pitsea", sector="NHS")
    return event


async def job_of(database: Database, event: Event) -> Job | None:
    async with database.reading() as db:
        return await jobs.job_of(db, retention.KIND, event.id)


async def figures_of(database: Database, event: Event) -> dict[str, str]:
    async with database.reading() as db:
        return {name: repr(figure) for name, figure in report(await facts_of(db, event)).items()}


async def number_of(database: Database, relation: type[Person] | type[Registration]) -> int:
    async with database.reading() as db:
        return (await db.exec(select(func.count()).select_from(relation))).one()


async def test_nothing_happens_before_the_day(database: Database, event: Event) -> None:
    assert await anonymising.ask(database, ON_THE_DAY - timedelta(minutes=10)) == []
    assert await job_of(database, event) is None


async def test_on_the_day_everybody_goes_and_every_figure_stays(
    app: Starlette, database: Database, event: Event
) -> None:
    before = await figures_of(database, event)
    assert await anonymising.ask(database, ON_THE_DAY) == [event.id]
    await work_off(RETENTION, app)
    assert await number_of(database, Person) == 0
    assert await number_of(database, Registration) == PEOPLE
    assert await figures_of(database, event) == before
    job = await job_of(database, event)
    assert job is not None and (job.state, job.percent) == ("finished", 100)


async def test_it_is_done_once(app: Starlette, database: Database, event: Event) -> None:
    await anonymising.ask(database, ON_THE_DAY)
    await work_off(RETENTION, app)
    assert await anonymising.ask(database, ON_THE_DAY + timedelta(days=300)) == []


async def test_asking_twice_is_asking_once(app: Starlette, database: Database, event: Event) -> None:
    await anonymising.ask(database, ON_THE_DAY)
    first = await job_of(database, event)
    await anonymising.ask(database, ON_THE_DAY + timedelta(minutes=10))
    second = await job_of(database, event)
    assert first is not None and second is not None
    assert (first.id, first.asked_at) == (second.id, second.asked_at)


async def test_a_process_that_is_killed_in_the_middle_leaves_the_rest_to_the_next(
    app: Starlette, database: Database, event: Event
) -> None:
    before = await figures_of(database, event)
    await anonymising.ask(database, ON_THE_DAY)
    dead = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.acts.stopping", database.url, str(AT_ONCE + AT_ONCE // 2)
    )
    assert await dead.wait() == -signal.SIGKILL
    assert await number_of(database, Person) == PEOPLE - AT_ONCE
    assert await figures_of(database, event) == before
    async with database.writing() as db:
        await db.exec(update(Job).where(col(Job.state) == "running").values(leased_until=ON_THE_DAY))
    await work_off(RETENTION, app)
    assert await number_of(database, Person) == 0
    assert await figures_of(database, event) == before
    async with database.reading() as db:
        done = await db.get_one(Event, event.id)
    assert (done.anonymised["Person"], done.anonymised["Registration"], done.salt) == (PEOPLE, PEOPLE, b"")


@pytest.mark.one_engine
async def test_nothing_of_anybody_stays_in_the_bytes_of_the_database(
    app: Starlette, database: Database, event: Event
) -> None:
    path = Path(make_url(database.url).database or "")
    files = [path, path.with_name(f"{path.name}-wal")]
    assert any(b"A practice in Pitsea" in file.read_bytes() for file in files)
    await anonymising.ask(database, ON_THE_DAY)
    await work_off(RETENTION, app)
    for file in files:
        for trace in (b"A practice in Pitsea", b"Delegate-1", b"delegate-1"):
            assert trace not in file.read_bytes(), (file.name, trace)
