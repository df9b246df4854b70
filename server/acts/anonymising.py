"""Anonymising events whose retention day has come: a duty asks for one job an event, which goes on after a crash."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from starlette.applications import Starlette

from server.models import Event
from server.running.jobs import HeldJob, JobKind
from server.store import jobs, retention
from server.store.engine.database import Database

EVERY_S = 600.0
AT_ONCE = 2
"""The number of people whom one transaction takes out of an event: other events go on between two of them."""
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60))
log = structlog.get_logger("plenary.retention")


async def ask_due(app: Starlette) -> datetime | None:
    """A duty: ask for the retention of each event whose day has come."""
    await ask(app.state.db, datetime.now(UTC))
    return None


async def ask(database: Database, now: datetime) -> list[UUID]:
    """Ask for each retention that is due at `now`, once for each retention day. Returns the ids of these events."""
    async with database.reading() as db:
        due = await retention.due(db, now)
    for event in due:
        async with database.writing() as db:
            version = event.retention_day.isoformat()
            await jobs.ask(db, retention.KIND, event.id, event_id=event.id, now=now, version=version)
    return [event.id for event in due]


async def anonymise(app: Starlette, held: HeldJob) -> None:
    """Take everybody out of an event, a few people at a time, and write down what was done."""
    database: Database = app.state.db
    async with database.reading(is_long=True) as db:  # a large event is counted for seconds, while others write
        event = await db.get(Event, held.job.subject_id)
        if event is None:
            return
        noted = await retention.counts(db, event.id)
    async with database.writing(is_long=True) as db:
        await retention.begin(db, event, noted)
    await take_everybody_out(database, event, held)
    await database.forget()
    async with held.finishing() as db:
        await retention.finish(db, event.id, datetime.now(UTC))
    await database.forget()
    log.info("event anonymised", slug=event.slug)


async def take_everybody_out(database: Database, event: Event, held: HeldJob) -> None:
    """Take out the people to whom the event's rows still lead, until there are none."""
    async with database.reading(is_long=True) as db:
        total = await retention.number_left(db, event.id)
    done = 0
    while True:
        async with database.reading(is_long=True) as db:
            people = await retention.people_left(db, event.id, AT_ONCE)
        if not people:
            return
        async with database.writing(is_long=True) as db:
            for person_id in people:
                await retention.take_out(db, event, person_id)
        done += len(people)
        held.progress(done, total)


RETENTION = JobKind(retention.KIND, anonymise, back_off=BACK_OFF)
