"""A person has one response to a survey, and corrects it while the survey is open and the answers are no pairs yet."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server.models import Answer, Event, Response, Survey
from server.store import surveys
from server.store.engine.database import Database
from tests.factory import Factory

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)


@pytest.fixture
async def event(make: Factory, database: Database) -> Event:
    event = await make.event()
    async with database.writing() as db:
        await surveys.add_published(db, event, "the integrated care system")
    return event


async def survey_of(database: Database, event: Event, slug: str) -> Survey:
    async with database.reading() as db:
        found = await surveys.with_slug(db, event.id, slug)
    assert found is not None
    return found


async def answered(database: Database, survey: Survey, person: uuid.UUID, **answers: int | str | None) -> Response:
    async with database.writing() as db:
        return await surveys.answer(db, survey, person, answers, NOW)


async def kept(database: Database, response: Response) -> dict[str, int | str]:
    async with database.reading() as db:
        return await surveys.answers_of(db, response.id)


async def test_a_new_event_asks_the_published_questions(database: Database, event: Event) -> None:
    after = await survey_of(database, event, "after")
    async with database.reading() as db:
        questions = await surveys.questions_of(db, after.id)
    assert [question.name for question in questions][:2] == ["understanding", "stars_content"]
    assert "the integrated care system" in questions[0].text
    assert [question.required for question in questions][-1] is False


async def test_answering_again_corrects_and_does_not_add(database: Database, event: Event) -> None:
    survey, ama = await survey_of(database, event, "after"), uuid.uuid4()
    first = await answered(database, survey, ama, understanding=7, watch_later="yes", learned="Housing")
    second = await answered(database, survey, ama, understanding=8, watch_later="no", learned="")
    assert first.id == second.id
    assert (second.submitted_at, second.changed_at) == (NOW, NOW)
    assert await kept(database, second) == {"understanding": 8, "watch_later": "no"}


async def test_a_nought_is_an_answer_and_a_skipped_question_is_none(database: Database, event: Event) -> None:
    survey = await survey_of(database, event, "after")
    response = await answered(database, survey, uuid.uuid4(), understanding=0, stars_content=None, learned=None)
    assert await kept(database, response) == {"understanding": 0}


async def test_sending_twice_at_once_leaves_one_response(database: Database, event: Event) -> None:
    survey, ama = await survey_of(database, event, "before"), uuid.uuid4()
    await asyncio.gather(*(answered(database, survey, ama, understanding=n) for n in range(4)))
    async with database.reading() as db:
        assert len((await db.exec(select(Response))).all()) == 1
        assert len((await db.exec(select(Answer))).all()) == 1


async def test_a_closed_survey_and_one_that_has_not_opened_take_nothing(database: Database, event: Event) -> None:
    survey = await survey_of(database, event, "after")
    minute = timedelta(minutes=1)
    for column, value in (("state", "closed"), ("opens_at", NOW + minute), ("closes_at", NOW)):
        shut = survey.model_copy(update={column: value})
        with pytest.raises(surveys.SurveyClosed):
            await answered(database, shut, uuid.uuid4(), understanding=5)
    async with database.reading() as db:
        assert not (await db.exec(select(Response))).all()


async def test_what_was_answered_before_stands_once_the_same_person_has_answered_after(
    database: Database, event: Event
) -> None:
    before, after = [await survey_of(database, event, slug) for slug in ("before", "after")]
    ama, ben = uuid.uuid4(), uuid.uuid4()
    response = await answered(database, before, ama, understanding=4)
    await answered(database, before, ama, understanding=5)
    await answered(database, after, ama, understanding=8)
    with pytest.raises(surveys.Settled):
        await answered(database, before, ama, understanding=1)
    assert await kept(database, response) == {"understanding": 5}
    await answered(database, before, ben, understanding=1)


async def test_a_question_that_is_not_asked_changes_nothing(database: Database, event: Event) -> None:
    survey = await survey_of(database, event, "before")
    with pytest.raises(KeyError):
        await answered(database, survey, uuid.uuid4(), understanding=5, shoe_size=44)
    async with database.reading() as db:
        assert not (await db.exec(select(Response))).all()


async def test_a_draft_is_not_found(database: Database, event: Event) -> None:
    async with database.writing() as db:
        db.add(Survey(event_id=event.id, slug="draft", wave="session", title="Later", state="draft"))
    async with database.reading() as db:
        assert await surveys.with_slug(db, event.id, "draft") is None
