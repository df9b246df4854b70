"""Surveys and their questions, and one response of each person, which they may correct while the survey is open."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Answer, Event, Question, Response, Survey, utc_now
from server.store.engine.upserts import insert_into
from server.surveys.published import AFTER, BEFORE, QUESTIONS, UNDERSTANDING

TITLES = {BEFORE: "Before you come", AFTER: "How was it?"}


class SurveyClosed(Exception):
    """The survey takes no answers now: it has not opened yet, or is closed."""


class Settled(Exception):
    """The person has answered the survey after the event, so their answers before it can no longer change."""


async def add_published(db: AsyncSession, event: Event, subject: str) -> None:
    """Give a new event the before and after surveys. `subject` is the name by which the questions call the planners."""
    for wave, questions in QUESTIONS.items():
        survey = Survey(event_id=event.id, slug=wave, wave=wave, title=TITLES[wave])
        db.add(survey)
        await db.flush()
        for position, question in enumerate(questions):
            columns = asdict(question) | {
                "choices": list(question.choices),
                "text": question.text.format(subject=subject),
            }
            db.add(Question(survey_id=survey.id, position=position, **columns))


async def with_slug(db: AsyncSession, event_id: uuid.UUID, slug: str) -> Survey | None:
    """The survey with this slug, unless it is a draft."""
    statement = select(Survey).where(Survey.event_id == event_id, Survey.slug == slug, Survey.state != "draft")
    return (await db.exec(statement)).first()


async def questions_of(db: AsyncSession, survey_id: uuid.UUID) -> Sequence[Question]:
    """The questions of a survey in their order."""
    statement = select(Question).where(Question.survey_id == survey_id)
    return (await db.exec(statement.order_by(col(Question.position), col(Question.name)))).all()


async def response_of(db: AsyncSession, survey_id: uuid.UUID, person_id: uuid.UUID) -> Response | None:
    """The response of a person."""
    statement = select(Response).where(Response.survey_id == survey_id, Response.person_id == person_id)
    return (await db.exec(statement)).first()


async def answers_of(db: AsyncSession, response_id: uuid.UUID) -> dict[str, int | str]:
    """The answers of a response, by the names of their questions."""
    statement = (
        select(Question.name, Answer.number, Answer.text)
        .join(Answer, col(Answer.question_id) == col(Question.id))
        .where(Answer.response_id == response_id)
    )
    found = (await db.exec(statement)).all()
    return {name: value for name, number, text in found if (value := text if number is None else number) is not None}


def is_open(survey: Survey, now: datetime) -> bool:
    """True while the survey takes answers."""
    begun = survey.opens_at is None or survey.opens_at <= now
    over = survey.closes_at is not None and survey.closes_at <= now
    return survey.state == "open" and begun and not over


async def asked_before(db: AsyncSession, event_id: uuid.UUID, now: datetime) -> tuple[Survey, Question] | None:
    """The question of the before survey that registration asks too, with that survey, while it is open."""
    survey = await with_slug(db, event_id, BEFORE)
    if survey is None or not is_open(survey, now):
        return None
    found = [question for question in await questions_of(db, survey.id) if question.name == UNDERSTANDING.name]
    return (survey, found[0]) if found else None


async def answer_before(
    db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, number: int | None, now: datetime
) -> None:
    """Store the answer that a person gave while registering; None when they skipped the question."""
    if number is not None and (asked := await asked_before(db, event_id, now)):
        await answer(db, asked[0], person_id, {UNDERSTANDING.name: number}, now)


async def is_settled(db: AsyncSession, survey: Survey, person_id: uuid.UUID) -> bool:
    """True when the person's answers before the event can no longer change, since they have answered after it."""
    if survey.wave != BEFORE:
        return False
    statement = (
        select(Response.id)
        .join(Survey, col(Survey.id) == col(Response.survey_id))
        .where(Survey.event_id == survey.event_id, Survey.wave == AFTER, Response.person_id == person_id)
    )
    return (await db.exec(statement)).first() is not None


async def answer(
    db: AsyncSession,
    survey: Survey,
    person_id: uuid.UUID,
    answers: Mapping[str, int | str | None],
    now: datetime | None = None,
) -> Response:
    """Store a person's answers by question name. Answering again corrects them; a skipped question has no answer.

    Raises SurveyClosed, Settled, and KeyError for a question that the survey does not ask.
    """
    now = now or utc_now()
    if not is_open(survey, now):
        raise SurveyClosed(survey.slug)
    if await is_settled(db, survey, person_id):
        raise Settled(survey.slug)
    response = await _respond(db, survey.id, person_id, now)
    questions = {question.name: question for question in await questions_of(db, survey.id)}
    await db.exec(delete(Answer).where(col(Answer.response_id) == response.id))
    for name, value in answers.items():
        question = questions[name]
        if value is not None and value != "":
            number, text = (value, None) if isinstance(value, int) else (None, value)
            db.add(Answer(response_id=response.id, question_id=question.id, number=number, text=text))
    await db.flush()
    return response


async def _respond(db: AsyncSession, survey_id: uuid.UUID, person_id: uuid.UUID, now: datetime) -> Response:
    """The response of a person, new or old. Its row is locked until the transaction ends."""
    new = Response(survey_id=survey_id, person_id=person_id, submitted_at=now)
    statement = insert_into(db, Response).values(**new.model_dump())
    added = await db.exec(statement.on_conflict_do_nothing(index_elements=["survey_id", "person_id"]))
    where = (col(Response.survey_id) == survey_id, col(Response.person_id) == person_id)
    if not added.rowcount:
        await db.exec(update(Response).where(*where).values(changed_at=now))
    found = select(Response).where(*where).execution_options(populate_existing=True)
    return (await db.exec(found)).one()
