"""The lobby shows the sessions that are on, the next ones, and those that the delegate has missed."""

from datetime import UTC, datetime, timedelta

import httpx

from server.models import Attendance, Event, Person
from server.store import agenda, surveys
from tests.factory import Factory

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


async def lobby(client: httpx.AsyncClient, event: Event) -> str:
    answer = await client.get(f"/{event.slug}/lobby")
    assert answer.status_code == 200
    return answer.text


async def test_a_stranger_is_asked_in_and_an_outsider_told(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    answer = await client.get(f"/{event.slug}/lobby")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/{event.slug}/join-link?then=/{event.slug}/lobby",
    )
    client.cookies.update(await make.cookie(await make.delegate(await make.event(), "Elsewhere")))
    assert (await client.get(f"/{event.slug}/lobby")).status_code == 403


async def test_an_empty_lobby_welcomes(client: httpx.AsyncClient, event: Event, amina: Person) -> None:
    text = await lobby(client, event)
    assert "Welcome, Amina" in text
    assert "Nothing today" in text


async def test_now_and_next(client: httpx.AsyncClient, make: Factory, event: Event, amina: Person) -> None:
    live = await make.live_session(event, title="Healthy Hearts")
    await make.session(event, title="Healthy Minds")
    text = await lobby(client, event)
    assert f'href="/{event.slug}/sessions/{live.slug}"' in text
    assert text.index("Healthy Hearts") < text.index("Healthy Minds")
    assert f"session:{live.id}" not in text, "whoever waits in the lobby is not in the session's room"


async def test_my_day_is_what_i_chose(client: httpx.AsyncClient, make: Factory, event: Event, amina: Person) -> None:
    await make.session(event, title="Not for me", starts_at=NOW + MINUTE)
    chosen = await make.session(event, title="My choice", starts_at=NOW + 2 * MINUTE)
    assert "This is everything today" in await lobby(client, event)
    async with make.database.writing() as db:
        await agenda.bookmark(db, amina.id, chosen.id, kept=True)
    day = (await lobby(client, event)).split('class="day-line"')[1].split("</ol>")[0]
    assert "My choice" in day
    assert "Not for me" not in day


async def test_missed_is_what_i_was_not_in(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    ended = {"state": "ended", "recording": "open"}
    seen = await make.session(event, title="I was there", starts_at=NOW - 90 * MINUTE, **ended)
    await make.session(event, title="I was not", starts_at=NOW - 60 * MINUTE, **ended)
    async with make.database.writing() as db:
        db.add(Attendance(session_id=seen.id, person_id=amina.id))
    missed = (await lobby(client, event)).split('id="missed"')[1]
    assert "On demand, 1 new" in missed
    assert "I was not" in missed
    assert "I was there" not in missed


async def test_the_survey_that_is_asked_is_the_one_not_answered(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    async with make.database.writing() as db:
        await surveys.add_published(db, event, "the plan")
    assert f"/{event.slug}/surveys/before" in await lobby(client, event)
    await make.session(event, starts_at=NOW - 60 * MINUTE, state="ended")
    assert f"/{event.slug}/surveys/after" in await lobby(client, event)
    async with make.database.writing() as db:
        survey = await surveys.with_slug(db, event.id, "after")
        assert survey is not None
        await surveys.answer(db, survey, amina.id, {"stars_content": 5})
    assert "/surveys/" not in await lobby(client, event)


async def test_tables_that_are_open_are_offered(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    await make.table(event, title="Know your numbers", seats=4)
    await make.table(event, title="Closed for today", state="closed")
    text = await lobby(client, event)
    assert "4</span> of 4 seats free" in text
    assert "Closed for today" not in text
