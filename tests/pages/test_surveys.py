"""A delegate answers a survey, is thanked, corrects the answers, and is told kindly of a mistake."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlmodel import col, select, update

from server.models import Answer, Event, Person, Question, Response, Survey
from server.store import surveys
from server.store.engine.database import Database
from tests.factory import Factory

RIGHT = {
    "understanding": "8",
    "stars_content": "5",
    "stars_speakers": "4",
    "stars_platform": "4",
    "watch_later": "yes",
    "recommend": "maybe",
    "attend_again": "yes",
    "new_contact": "no",
    "learned": "Housing <b>is</b> health & ☂️",
}


@pytest.fixture
async def event(make: Factory, database: Database) -> Event:
    event = await make.event()
    async with database.writing() as db:
        await surveys.add_published(db, event, "the system")
    return event


async def kept(database: Database) -> dict[str, int | str | None]:
    async with database.reading() as db:
        rows = await db.exec(select(Question.name, Answer.number, Answer.text).join(Answer))
        return {name: text if number is None else number for name, number, text in rows}


async def change(database: Database, event: Event, slug: str, **columns: object) -> None:
    async with database.writing() as db:
        where = (col(Survey.event_id) == event.id, col(Survey.slug) == slug)
        await db.exec(update(Survey).where(*where).values(**columns))


def address(event: Event, slug: str = "after") -> str:
    return f"/{event.slug}/surveys/{slug}"


async def test_a_delegate_answers_and_is_thanked(
    client: httpx.AsyncClient, event: Event, amina: Person, database: Database
) -> None:
    page = await client.get(address(event))
    assert page.status_code == 200
    assert "How would you rate the content?" in page.text
    answer = await client.post(address(event), data=RIGHT)
    assert (answer.status_code, answer.headers["location"]) == (303, address(event))
    thanks = await client.get(address(event))
    assert "Thank you for your answers" in thanks.text
    assert f"/{event.slug}/recordings" in thanks.text
    numbers = {name: int(value) if value.isdigit() else value for name, value in RIGHT.items()}
    assert await kept(database) == numbers


async def test_answers_are_shown_again_to_be_corrected_and_stay_one_response(
    client: httpx.AsyncClient, event: Event, amina: Person, database: Database
) -> None:
    await client.post(address(event), data=RIGHT)
    form = await client.get(address(event), params={"change": "1"})
    assert "Housing &lt;b&gt;is&lt;/b&gt; health &amp; ☂️" in form.text
    assert 'name="understanding" value="8" checked' in form.text
    await client.post(address(event), data={**RIGHT, "understanding": "3", "learned": ""})
    found = await kept(database)
    assert found["understanding"] == 3
    assert "learned" not in found
    async with database.reading() as db:
        assert len((await db.exec(select(Response))).all()) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"understanding": "11"}, "Please give 10 or less."),
        ({"understanding": ""}, "Please fill this in."),
        ({"stars_content": "0"}, "Please give 1 or more."),
        ({"watch_later": "<script>"}, "Please choose one of the answers offered."),
        ({"learned": "x" * 2001}, "Please keep this to 2000 characters."),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_kept(
    client: httpx.AsyncClient,
    event: Event,
    amina: Person,
    database: Database,
    wrong: dict[str, str],
    sentence: str,
) -> None:
    answer = await client.post(address(event), data={**RIGHT, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await kept(database) == {}


async def test_an_answer_before_stands_after_the_survey_after(
    client: httpx.AsyncClient, event: Event, amina: Person, database: Database
) -> None:
    await client.post(address(event, "before"), data={"understanding": "4"})
    assert "Change my answers" in (await client.get(address(event, "before"))).text
    await client.post(address(event), data=RIGHT)
    assert "Change my answers" not in (await client.get(address(event, "before"))).text
    late = await client.post(address(event, "before"), data={"understanding": "1"})
    assert late.status_code == 409
    async with database.reading() as db:
        numbers = (await db.exec(select(Answer.number).where(col(Answer.number).in_((1, 4))))).all()
    assert set(numbers) == {4}


async def test_a_closed_survey_says_so_and_takes_nothing(
    client: httpx.AsyncClient, event: Event, amina: Person, database: Database
) -> None:
    await change(database, event, "after", state="closed")
    assert "This survey is closed" in (await client.get(address(event))).text
    assert (await client.post(address(event), data=RIGHT)).status_code == 409
    await change(database, event, "after", state="open", opens_at=datetime.now(UTC) + timedelta(days=1))
    assert "This survey opens on" in (await client.get(address(event))).text
    assert await kept(database) == {}


async def test_only_those_with_a_place_are_asked(
    client: httpx.AsyncClient, event: Event, make: Factory, database: Database
) -> None:
    assert (await client.get(address(event))).headers["location"].startswith(f"/{event.slug}/join-link")
    for state in ("waitlisted", "cancelled"):
        client.cookies.clear()
        client.cookies.update(await make.cookie(await make.delegate(event, state=state)))
        assert (await client.get(address(event))).status_code == 403
        assert (await client.post(address(event), data=RIGHT)).status_code == 403
    assert await kept(database) == {}


async def test_another_events_survey_is_not_found_here(
    client: httpx.AsyncClient, event: Event, amina: Person, make: Factory
) -> None:
    elsewhere = await make.event()
    assert (await client.get(address(event, "nowhere"))).status_code == 404
    assert (await client.get(address(elsewhere))).status_code == 403
