"""The form of a survey, made from its questions: which answers are possible."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from server.models import Question
from server.surveys.published import SCALE, STARS
from server.web.forms import Form

Given = int | str | None
"""An answer: a number, a choice or words; None when the question was skipped."""
MAX_TEXT = 2000


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
            return Annotated[str, Field(max_length=MAX_TEXT)]
