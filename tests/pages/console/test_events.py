"""Events, as their organisers make them."""

import re
from datetime import UTC, date, datetime

import httpx
import pytest
from sqlmodel import select

from server.models import Event, GrantRow, Person, Registration
from server.store.engine.database import Database
from tests.factory import Factory
from tests.notices import left_by

FIELDS = {
    "title": "MSE in Action",
    "slug": "mse-2026",
    "zone": "Europe/London",
    "starts_on": "2026-06-28",
    "ends_on": "2026-06-29",
    "recordings_open": "at once",
    "sectors": "NHS\n\nNHS\nLocal authority ",
}


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event(slug="mse-2025", starts_on=date(2026, 6, 28), ends_on=date(2026, 6, 29))


@pytest.fixture
async def olive(make: Factory, client: httpx.AsyncClient, event: Event) -> Person:
    """An organiser of everything."""
    olive = await make.person("Olive")
    await make.grant(olive, "organiser", "installation")
    client.cookies.update(await make.cookie(olive, strong=True))
    return olive


async def with_slug(database: Database, slug: str) -> Event | None:
    async with database.reading() as db:
        return (await db.exec(select(Event).where(Event.slug == slug))).first()


async def test_an_event_is_made_as_a_draft_that_only_its_organiser_sees(
    client: httpx.AsyncClient, database: Database, olive: Person
) -> None:
    answer = await client.post("/events/new", data=FIELDS)
    assert (answer.headers["location"], left_by(answer)) == ("/mse-2026/console", "event-made")
    event = await with_slug(database, "mse-2026")
    assert event is not None
    assert (event.state, event.sectors) == ("draft", ["NHS", "Local authority"])
    async with database.reading() as db:
        grants = (await db.exec(select(GrantRow).where(GrantRow.scope_id == event.id))).all()
    assert [grant.person_id for grant in grants] == [olive.id]
    assert (await client.get("/mse-2026")).status_code == 200
    client.cookies.clear()
    assert (await client.get("/mse-2026")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"slug": "static"}, "Plenary needs the address /static itself."),
        ({"slug": "console"}, "Plenary needs the address /console itself."),
        ({"slug": "mse-2025"}, "Another event has the address /mse-2025 already."),
        ({"slug": "MSE 2026"}, "small letters, digits and single hyphens"),
        ({"ends_on": "2026-06-27"}, "The last day is before the first day."),
        ({"ends_on": "2026-09-27"}, "An event may last up to 31 days."),
        ({"starts_on": "0028-06-28"}, "Please check the year."),
        ({"zone": "Europe/Nowhere"}, "Please choose a time zone from the list"),
        ({"target": "-5"}, "Please give 1 or more."),
        ({"capacity": "many"}, "Please give a whole number."),
        ({"hashtag": "#MSE in Action"}, "letters, digits and underscores only"),
        ({"recordings_close_on": "2026-06-01"}, "Recordings cannot close before the event"),
        ({"recordings_open": "never"}, "Please choose one of the answers offered."),
        ({"title": ""}, "Please fill this in."),
    ],
)
async def test_what_is_wrong_is_explained_and_nothing_is_made(
    client: httpx.AsyncClient, database: Database, olive: Person, fields: dict[str, str], sentence: str
) -> None:
    answer = await client.post("/events/new", data={**FIELDS, **fields})
    assert answer.status_code == 422
    assert sentence.replace("'", "&#39;") in answer.text
    assert await with_slug(database, "mse-2026") is None


async def test_who_organises_one_event_does_not_make_another(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    assert (await client.get("/events/new")).status_code == 403
    assert (await client.post("/events/new", data=FIELDS)).status_code == 403


async def test_details_are_changed(client: httpx.AsyncClient, database: Database, event: Event, olive: Person) -> None:
    answer = await client.post(f"/{event.slug}/edit", data={**FIELDS, "hashtag": "#MSEinAction", "target": "300"})
    assert (answer.headers["location"], left_by(answer)) == ("/mse-2026/edit", "saved")
    changed = await with_slug(database, "mse-2026")
    assert changed is not None
    assert (changed.id, changed.hashtag, changed.target) == (event.id, "MSEinAction", 300)


async def test_days_that_would_leave_a_session_outside_are_refused_by_its_name(
    client: httpx.AsyncClient, make: Factory, event: Event, olive: Person
) -> None:
    await make.session(event, title="Healthy Hearts", starts_at=datetime(2026, 6, 29, 9, tzinfo=UTC))
    answer = await client.post(f"/{event.slug}/edit", data={**FIELDS, "ends_on": "2026-06-28"})
    assert answer.status_code == 422
    assert "would lie outside the event: “Healthy Hearts”" in answer.text


async def test_a_new_zone_keeps_the_hours_on_the_wall(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, olive: Person
) -> None:
    session = await make.session(event, starts_at=datetime(2026, 6, 28, 8, 30, tzinfo=UTC))
    assert session.starts_local == "2026-06-28T09:30"
    await client.post(f"/{event.slug}/edit", data={**FIELDS, "zone": "Asia/Kolkata"})
    async with database.reading() as db:
        moved = await db.get_one(type(session), session.id)
    assert moved.starts_local == "2026-06-28T09:30"
    assert moved.starts_at == datetime(2026, 6, 28, 4, 0, tzinfo=UTC)


async def test_once_a_session_has_started_the_zone_stays(
    client: httpx.AsyncClient, make: Factory, event: Event, olive: Person
) -> None:
    await make.session(event, starts_at=datetime(2026, 6, 28, 9, tzinfo=UTC), started_at=datetime.now(UTC))
    answer = await client.post(f"/{event.slug}/edit", data={**FIELDS, "zone": "Asia/Kolkata"})
    assert "so the time zone stays" in answer.text


async def test_a_larger_capacity_lets_in_who_waits(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, olive: Person
) -> None:
    amina = await make.delegate(event, state="waitlisted", confirmed_at=None)
    await client.post(f"/{event.slug}/edit", data={**FIELDS, "capacity": "10"})
    async with database.reading() as db:
        registration = (await db.exec(select(Registration).where(Registration.person_id == amina.id))).one()
    assert registration.state == "held"


async def test_the_organiser_chooses_how_long_a_place_is_held(
    client: httpx.AsyncClient, database: Database, event: Event, olive: Person
) -> None:
    slug = FIELDS["slug"]
    await client.post(f"/{event.slug}/edit", data=FIELDS)
    new = (await client.get("/events/new")).text
    assert re.search(r'<input[^>]*name="hold_hours"[^>]*value="48"', new)
    for typed, kept in (("12", 12), ("", None)):
        answer = await client.post(f"/{slug}/edit", data={**FIELDS, "capacity": "10", "hold_hours": typed})
        assert answer.status_code == 303
        async with database.reading() as db:
            assert (await db.get_one(Event, event.id)).hold_hours == kept
    for typed in ("0", "-1", "1441", "two days"):
        answer = await client.post(f"/{slug}/edit", data={**FIELDS, "capacity": "10", "hold_hours": typed})
        assert 'href="#field-hold_hours"' in answer.text


async def test_an_event_is_closed_and_opened_again_but_not_opened_twice(
    client: httpx.AsyncClient, database: Database, event: Event, olive: Person
) -> None:
    for move, state in (("close", "closed"), ("reopen", "open")):
        assert (await client.post(f"/{event.slug}/console/move", data={"move": move})).status_code == 303
        found = await with_slug(database, event.slug)
        assert found is not None
        assert found.state == state
    assert (await client.post(f"/{event.slug}/console/move", data={"move": "open"})).status_code == 409
    assert (await client.post(f"/{event.slug}/console/move", data={"move": "sell"})).status_code == 422
