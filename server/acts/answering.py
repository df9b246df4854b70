"""Answering a survey: the form that its questions make, and the answers that are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, create_model
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, Question, Response, Survey
from server.store import surveys
from server.surveys.published import SCALE, STARS
from server.web.errors import Conflict, NotFound
from server.web.forms import Form, SeveralLines

Given = int | str | None
"""An answer: a number, a choice or words; None when the question was skipped."""
MAX_TEXT = 2000
CLOSED = "This survey takes no answers just now. Thank you for your interest."
SETTLED = "You have answered the survey after the event, so your answers from before it can no longer be changed."


@dataclass(frozen=True)
class OwnSurvey:
    """A survey as it stands for one person: its questions, their response and whether they may still answer."""

    survey: Survey
    questions: Sequence[Question]
    response: Response | None
    answers: Mapping[str, int | str]
    """Their answers by the question's name."""
    settled: bool
    """Answers before the event can no longer be corrected once the survey after it has been answered."""
    can_answer: bool


async def survey_for(db: AsyncSession, event: Event, slug: str, person_id: UUID, now: datetime) -> OwnSurvey:
    """The survey at an address, for one person. Raises NotFound."""
    survey = await surveys.with_slug(db, event.id, slug)
    if survey is None:
        raise NotFound("There is no survey at this address.")
    response = await surveys.response_of(db, survey.id, person_id)
    settled = await surveys.is_settled(db, survey, person_id)
    return OwnSurvey(
        survey,
        await surveys.questions_of(db, survey.id),
        response,
        await surveys.answers_of(db, response.id) if response else {},
        settled,
        surveys.is_open(survey, now) and not settled,
    )


async def answer(db: AsyncSession, survey: Survey, person_id: UUID, form: Form, now: datetime) -> None:
    """Keep the answers of a valid form; answering again corrects them. Raises Conflict when the survey takes none."""
    try:
        await surveys.answer(db, survey, person_id, given(form), now)
    except surveys.SurveyClosed as error:
        raise Conflict(CLOSED) from error
    except surveys.Settled as error:
        raise Conflict(SETTLED) from error


def form_of(questions: Iterable[Question]) -> type[Form]:
    """An input model with one field for each question, under the question's name."""
    fields: dict[str, Any] = {question.name: _field(question) for question in questions}
    return create_model("SurveyForm", __base__=Form, **fields)


def given(form: Form) -> dict[str, Given]:
    """The answers in a valid form, by question."""
    return form.model_dump()


def _field(question: Question) -> tuple[Any, Any]:
    kind = _kind(question)
    return (kind, ...) if question.required else (kind | None, None)


def _kind(question: Question) -> Any:
    match question.kind:
        case "scale":
            return Annotated[int, Field(ge=SCALE[0], le=SCALE[-1])]
        case "stars":
            return Annotated[int, Field(ge=STARS[0], le=STARS[-1])]
        case "choice":
            return Literal[tuple(question.choices)]
        case _:
            return Annotated[SeveralLines, Field(max_length=MAX_TEXT)]
