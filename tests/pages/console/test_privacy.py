"""The organiser's page about people's data: the notice, the day, and a preview that becomes an account."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from server.acts import anonymising
from server.acts.anonymising import RETENTION
from server.models import Event, Person
from server.rules.retention import FATES
from server.running.jobs import work_off
from server.store import retention
from server.store.engine.database import Database
from tests.factory import Factory
from tests.notices import left_by
from tests.store.lives import a_full_life

NOTICE = {"controller": "A council", "privacy_contact": "DPO@council.example", "privacy_link": "", "privacy_note": ""}


@pytest.fixture
async def event(make: Factory, client: httpx.AsyncClient) -> Event:
    """An event with its organiser, who is signed in."""
    event = await make.event(slug="mse")
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    return event


async def reread(database: Database, event: Event) -> Event:
    async with database.reading() as db:
        return (await db.exec(select(Event).where(Event.id == event.id))).one()


def test_every_relation_about_people_has_its_words() -> None:
    assert set(FATES) == {each.__name__ for each in retention.PERSONAL} | {Person.__name__}


async def test_what_the_organiser_says_stands_in_the_notice(
    client: httpx.AsyncClient, database: Database, event: Event
) -> None:
    answer = await client.post("/mse/console/privacy", data={**NOTICE, "privacy_note": "A **public task**."})
    assert (answer.headers["location"], left_by(answer)) == ("/mse/console/privacy", "saved")
    client.cookies.clear()
    page = (await client.get("/mse/privacy")).text
    assert "A council is responsible for your personal data" in page
    assert 'href="mailto:dpo@council.example"' in page
    assert "A <strong>public task</strong>." in page


@pytest.mark.parametrize(
    "fields, sentence",
    [
        ({"controller": ""}, "Please fill this in."),
        ({"privacy_contact": "nobody"}, "Please give a whole e-mail address"),
        ({"privacy_link": "javascript:alert(1)"}, "Please give the whole address, beginning with https://."),
        ({"privacy_link": "http://[::1"}, "Please give the whole address, beginning with https://."),
    ],
)
async def test_a_notice_with_a_mistake_is_not_kept(
    client: httpx.AsyncClient, database: Database, event: Event, fields: dict[str, str], sentence: str
) -> None:
    answer = await client.post("/mse/console/privacy", data={**NOTICE, **fields})
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert (await reread(database, event)).controller == event.controller


async def test_an_event_without_a_controller_says_so_to_everybody_and_asks_the_organiser(
    client: httpx.AsyncClient, make: Factory
) -> None:
    bare = await make.event(slug="bare", controller="")
    client.cookies.update(await make.cookie(await make.organiser(bare), strong=True))
    assert "have not said yet who is responsible" in (await client.get("/bare/privacy")).text
    assert "Nobody is named yet who is responsible for people’s data." in (await client.get("/bare/console")).text


async def test_the_day_is_set_and_told_wherever_details_are_asked_for(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event
) -> None:
    day = event.retention_day - timedelta(days=3)
    answer = await client.post("/mse/console/privacy/day", data={"retention_on": day.isoformat()})
    assert (answer.headers["location"], left_by(answer)) == ("/mse/console/privacy", "retention-day")
    told = f"are deleted on {day.day} {day:%B} {day.year}."
    client.cookies.clear()
    for path in ("/mse/registration", "/mse/privacy"):
        assert told in (await client.get(path)).text, path
    client.cookies.update(await make.cookie(await make.delegate(event)))
    for path in ("/mse/registration", "/mse/my-data"):
        assert told in (await client.get(path)).text, path


async def test_a_later_day_without_a_reason_is_asked_for_one(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event
) -> None:
    await make.delegate(event)
    day = (event.retention_day + timedelta(days=1)).isoformat()
    answer = await client.post("/mse/console/privacy/day", data={"retention_on": day})
    assert (answer.status_code, "Please give a reason" in answer.text) == (422, True)
    assert event.controller in answer.text
    answer = await client.post("/mse/console/privacy/day", data={"retention_on": day, "reason": "A complaint"})
    assert (answer.headers["location"], left_by(answer)) == ("/mse/console/privacy", "retention-later")
    assert "Their reason: A complaint" in (await client.get("/mse/privacy")).text


async def test_the_preview_becomes_an_account_of_what_was_done(
    client: httpx.AsyncClient, make: Factory, database: Database
) -> None:
    event, _ = await a_full_life(database, make)
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    path = f"/{event.slug}/console/privacy"
    foretold = (await client.get(path)).text
    assert "What happens on that day" in foretold
    rows = table_of(foretold)
    assert rows["Survey responses"] == rows["Names and mail addresses"] == rows["Join links"] == 1
    now = datetime.now(UTC)
    async with database.writing() as db:
        days = {
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2026, 1, 1),
            "retention_on": now.date() - timedelta(days=1),
        }
        await retention.change(db, event.id, **days)
    assert "The deletion is under way" in (await client.get(path)).text
    app = Starlette()
    app.state.db = database
    await anonymising.ask(database, now)
    await work_off(RETENTION, app)
    done = (await client.get(path)).text
    assert "What was done" in done
    assert "It was done on " in done
    assert table_of(done) == rows


def table_of(page: str) -> dict[str, int]:
    """The number beside each kind of thing in the preview."""
    rows = [row.split("</td>") for row in page.split("<tr><td>")[1:]]
    return {row[0].split("<br>")[0]: int(row[1].partition(">")[2].replace(",", "")) for row in rows}


async def test_the_organiser_is_reminded_before_the_day(
    client: httpx.AsyncClient, database: Database, event: Event
) -> None:
    assert "Take along before" not in (await client.get("/mse/console")).text
    async with database.writing() as db:
        await retention.change(db, event.id, retention_on=datetime.now(UTC).date() + timedelta(days=13))
    assert "Take along before what you still need." in (await client.get("/mse/console")).text
