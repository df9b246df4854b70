"""The agenda, as the organiser makes it."""

from datetime import date
from typing import Any

import httpx
import pytest
from sqlmodel import select

from server.models import Attendance, Event, Film, Session, SessionSpeaker
from server.store.engine.database import Database
from tests.factory import Factory
from tests.notices import left_by

pytestmark = pytest.mark.usefixtures("olive")

FIELDS: dict[str, Any] = {
    "title": "Healthy Hearts",
    "kind": "talk",
    "starts": "2026-10-24T09:30",
    "ends": "2026-10-24T10:15",
}


@pytest.fixture
async def event(make: Factory) -> Event:
    """An event over the night in which the clocks of London go back."""
    return await make.event(starts_on=date(2026, 10, 24), ends_on=date(2026, 10, 25))


@pytest.fixture
def console(event: Event) -> str:
    return f"/{event.slug}/console/sessions"


async def stored(database: Database, event: Event) -> list[Session]:
    async with database.reading() as db:
        return list(await db.exec(select(Session).where(Session.event_id == event.id).order_by(Session.starts_at)))  # type: ignore[arg-type]


async def test_a_session_is_added_with_its_speakers(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    hana, track = await make.speaker(event, name="Hana"), await make.track(event)
    fields = {**FIELDS, "speakers": [str(hana.id)], "track": str(track.id)}
    answer = await client.post(f"{console}/new", data=fields)
    assert (answer.headers["location"], left_by(answer)) == (f"{console}/healthy-hearts", "saved")
    (session,) = await stored(database, event)
    assert (session.starts_local, f"{session.starts_at:%H:%M}", session.track_id) == (
        "2026-10-24T09:30",
        "08:30",
        track.id,
    )
    async with database.reading() as db:
        assert (await db.exec(select(SessionSpeaker.speaker_id))).all() == [hana.id]
    page = (await client.get(f"{console}/healthy-hearts")).text
    assert f'value="{hana.id}" checked' in page


async def test_two_sessions_of_one_title_have_two_addresses(
    client: httpx.AsyncClient, database: Database, event: Event, console: str
) -> None:
    for _ in range(2):
        await client.post(f"{console}/new", data=FIELDS)
    assert {session.slug for session in await stored(database, event)} == {"healthy-hearts", "healthy-hearts-2"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"title": "x" * 161}, "Please keep this to 160 characters."),
        ({"kind": "concert"}, "Please choose one of the answers offered."),
        ({"starts": "soon"}, "Please give a date and time"),
        ({"ends": "2026-10-24T09:00"}, "The end is not after the start."),
        ({"starts": "2026-10-23T09:30"}, "The event is from 24 October 2026 to 25 October 2026."),
        ({"slug": "Not A Slug!"}, "small letters, digits and single hyphens"),
        ({"slug": "new"}, "Another session has this address already."),
        ({"track": "0b1c9d36-0000-4000-8000-000000000000"}, "Please choose one of the answers offered."),
        ({"film": "0b1c9d36-0000-4000-8000-000000000000"}, "Please choose one of the answers offered."),
        ({"speakers": ["0b1c9d36-0000-4000-8000-000000000000"]}, "Please choose one of the answers offered."),
        ({"speakers": ["' OR 1=1"]}, "Please choose one of the answers offered."),
    ],
)
async def test_what_is_wrong_is_explained_and_nothing_is_stored(
    client: httpx.AsyncClient,
    database: Database,
    event: Event,
    console: str,
    fields: dict[str, Any],
    sentence: str,
) -> None:
    answer = await client.post(f"{console}/new", data={**FIELDS, **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await stored(database, event) == []


async def test_an_hour_that_comes_twice_is_asked_about_once(
    client: httpx.AsyncClient, database: Database, event: Event, console: str
) -> None:
    night = {**FIELDS, "starts": "2026-10-25T01:15", "ends": "2026-10-25T02:30"}
    asked = await client.post(f"{console}/new", data=night)
    assert asked.status_code == 422
    assert "01:15 BST (+01:00 from UTC)" in asked.text
    assert "01:15 GMT (+00:00 from UTC)" in asked.text
    await client.post(f"{console}/new", data={**night, "starts_offset": "+00:00"})
    (session,) = await stored(database, event)
    assert f"{session.starts_at:%H:%M}" == "01:15"
    assert 'name="starts_offset" value="+00:00"' in (await client.get(f"{console}/healthy-hearts")).text


async def test_a_session_that_has_started_keeps_its_start_and_its_film(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    await client.post(f"{console}/new", data=FIELDS)
    await client.post(f"{console}/healthy-hearts/move", data={"move": "start"})
    async with database.writing() as db:
        film = Film(event_id=event.id, title="Hearts", directory="hearts", duration=180.0)
        db.add(film)
    moved = await client.post(f"{console}/healthy-hearts", data={**FIELDS, "starts": "2026-10-24T09:00"})
    assert "its start stays as it was" in moved.text
    changed = await client.post(f"{console}/healthy-hearts", data={**FIELDS, "film": str(film.id)})
    assert "so its film stays" in changed.text
    longer = await client.post(f"{console}/healthy-hearts", data={**FIELDS, "ends": "2026-10-24T11:00"})
    assert longer.status_code == 303
    (session,) = await stored(database, event)
    assert session.ends_local == "2026-10-24T11:00"


async def test_a_speaker_in_two_places_is_saved_and_warned_about(
    client: httpx.AsyncClient, make: Factory, event: Event, console: str
) -> None:
    hana = await make.speaker(event, name="Hana")
    for title in ("Healthy Hearts", "Healthy Minds"):
        await client.post(f"{console}/new", data={**FIELDS, "title": title, "speakers": [str(hana.id)]})
    assert "Hana is in another session at the same time" in (await client.get(f"{console}/healthy-minds")).text
    assert "Hana is in “" in (await client.get(f"/{event.slug}/console")).text


async def test_a_session_nobody_lived_through_is_deleted(
    client: httpx.AsyncClient, database: Database, event: Event, console: str
) -> None:
    await client.post(f"{console}/new", data=FIELDS)
    assert (await client.post(f"{console}/healthy-hearts/delete")).status_code == 303
    assert await stored(database, event) == []


async def test_a_session_with_facts_stays_and_the_page_says_why(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    session, amina = await make.session(event, state="ended"), await make.delegate(event)
    async with database.writing() as db:
        db.add(Attendance(session_id=session.id, person_id=amina.id))
    answer = await client.post(f"{console}/{session.slug}/delete")
    assert answer.status_code == 409
    assert "the report counts them" in answer.text
    assert "cannot be deleted" in (await client.get(f"{console}/{session.slug}")).text


async def test_a_recording_is_opened_and_withdrawn(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    session = await make.session(event, state="ended", recording="ready")
    for move, recording in (("open", "open"), ("withdraw", "withdrawn"), ("open", "open")):
        await client.post(f"{console}/{session.slug}/recording", data={"move": move})
        assert (await stored(database, event))[0].recording == recording
    again = await client.post(f"{console}/{session.slug}/recording", data={"move": "open"})
    assert again.status_code == 409


async def test_an_empty_agenda_says_what_to_do(client: httpx.AsyncClient, console: str) -> None:
    assert "Add the first one" in (await client.get(console)).text
