"""A retention day that people were told may come sooner; a later one needs a reason, which they are mailed once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select
from starlette.applications import Starlette

from server.acts import moving, organising, retaining
from server.acts.event_form import EventForm
from server.acts.privacy_form import RetentionForm
from server.acts.retaining import RETENTION_NEWS
from server.models import Event, Mail, RetentionMove
from server.running.jobs import work_off
from server.settings import Settings
from server.store import jobs
from server.store.engine.database import Database
from server.web.errors import Conflict
from tests.factory import Factory

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
DAYS = {"starts_on": date(2026, 6, 28), "ends_on": date(2026, 6, 29), "recordings_close_on": date(2026, 7, 31)}
TOLD = date(2026, 8, 30)
LATER = RetentionForm(retention_on=TOLD + timedelta(days=60), reason="A complaint is open until then.")
SOONER = RetentionForm(retention_on=TOLD - timedelta(days=20))


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event(**DAYS)


@pytest.fixture
def app(database: Database, settings: Settings) -> Starlette:
    """The part of the application that a worker needs."""
    app = Starlette()
    app.state.db, app.state.settings = database, settings
    return app


async def problems(database: Database, event: Event, form: RetentionForm) -> dict[str, str]:
    async with database.reading() as db:
        return await retaining.problems(db, event, form, NOW)


async def move_day(database: Database, event: Event, form: RetentionForm) -> Event:
    async with database.writing() as db:
        await retaining.move_day(db, await db.get_one(Event, event.id), form, NOW)
    async with database.reading() as db:
        return await db.get_one(Event, event.id)


async def mails(database: Database) -> list[Mail]:
    async with database.reading() as db:
        return list((await db.exec(select(Mail))).all())


async def test_while_nobody_was_told_the_day_is_free(database: Database, event: Event, app: Starlette) -> None:
    bare = RetentionForm(retention_on=LATER.retention_on)
    assert await problems(database, event, bare) == {}
    assert (await move_day(database, event, bare)).retention_day == bare.retention_on
    await work_off(RETENTION_NEWS, app)
    assert await mails(database) == []


async def test_a_sooner_day_needs_no_reason_and_no_mail(
    database: Database, make: Factory, event: Event, app: Starlette
) -> None:
    await make.delegate(event)
    assert await problems(database, event, SOONER) == {}
    assert (await move_day(database, event, SOONER)).retention_day == SOONER.retention_on
    await work_off(RETENTION_NEWS, app)
    assert await mails(database) == []


async def test_a_later_day_needs_a_reason_once_people_were_told(
    database: Database, make: Factory, event: Event
) -> None:
    await make.delegate(event)
    wrong = await problems(database, event, RetentionForm(retention_on=LATER.retention_on))
    assert wrong == {
        "reason": "1 person was told that it is 30 August 2026. Please give a reason: it is mailed to them."
    }
    assert await problems(database, event, LATER) == {}


async def test_everybody_who_is_registered_is_told_of_a_later_day_once(
    database: Database, make: Factory, event: Event, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaining, "AT_ONCE", 2)
    told = [await make.delegate(event, name) for name in ("Amina", "Ben", "Chidi")]
    waiting = await make.delegate(event, "Dan", state="waitlisted")
    await make.delegate(event, "Eve", state="cancelled")
    await make.delegate(await make.event(), "Femi")
    await move_day(database, event, LATER)
    async with database.reading() as db:
        [move] = (await db.exec(select(RetentionMove))).all()
    for _ in range(2):
        await work_off(RETENTION_NEWS, app)
        async with database.writing() as db:
            await jobs.ask(db, retaining.TELLING, move.id, event_id=event.id, now=NOW, again=jobs.OVER)
    await work_off(RETENTION_NEWS, app)
    sent = await mails(database)
    assert sorted(mail.recipient for mail in sent) == sorted(person.email for person in (*told, waiting))
    assert all("29 October 2026" in mail.text and LATER.reason in mail.text for mail in sent)
    assert (move.day_before, move.day_after, move.reason) == (TOLD, LATER.retention_on, LATER.reason)


async def test_an_event_that_opens_keeps_the_day_that_people_are_told(database: Database, make: Factory) -> None:
    draft = await make.event(state="draft", **DAYS)
    async with database.writing() as db:
        await moving.move_event(db, draft, "open")
    async with database.reading() as db:
        event = await db.get_one(Event, draft.id)
        values = {**DAYS, "recordings_close_on": TOLD, "title": event.title, "slug": event.slug}
        wrong = await organising.problems(db, event, EventForm(**values), frozenset())
    assert event.retention_on == TOLD
    assert "People are told that their details go on 30 August 2026" in wrong["recordings_close_on"]


@pytest.mark.parametrize("lacking", ["controller", "privacy_contact"])
async def test_an_event_that_names_no_controller_stays_a_draft(database: Database, make: Factory, lacking: str) -> None:
    draft = await make.event(state="draft", **{lacking: ""})
    with pytest.raises(Conflict, match="who is responsible for people’s data"):
        async with database.writing() as db:
            await moving.move_event(db, draft, "open")
    async with database.reading() as db:
        assert (await db.get_one(Event, draft.id)).state == "draft"


async def test_an_event_that_is_anonymous_is_not_reopened(database: Database, make: Factory) -> None:
    event = await make.event(state="closed", retention_on=NOW.date(), anonymised_at=NOW)
    with pytest.raises(Conflict, match="This event is anonymous"):
        async with database.writing() as db:
            await moving.move_event(db, event, "reopen")
