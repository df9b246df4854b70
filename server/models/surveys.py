"""Surveys, their questions, and people's responses and answers."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class Survey(SQLModel, table=True):
    """A set of questions asked in one wave (before, after or session). `state` is draft, open or closed."""

    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE")
    session_id: uuid.UUID | None = Field(default=None, foreign_key="session.id", ondelete="CASCADE")
    slug: str = Field(max_length=60)
    wave: str = Field(max_length=10)
    title: str = Field(max_length=160)
    introduction: str = Field(default="", max_length=1000)
    state: str = Field(default="open", max_length=20)
    opens_at: datetime | None = moment(default=None)
    closes_at: datetime | None = moment(default=None)


class Question(SQLModel, table=True):
    """One question. `kind` is scale (0–10), stars (1–5), choice or text.

    Questions of two waves with the same `name` are pairs.
    """

    __table_args__ = (UniqueConstraint("survey_id", "name"),)

    id: uuid.UUID = key()
    survey_id: uuid.UUID = Field(foreign_key="survey.id", ondelete="CASCADE")
    name: str = Field(max_length=40)
    """The name in reports and exports, such as understanding, stars_content or watch_later."""
    kind: str = Field(max_length=10)
    text: str = Field(max_length=300)
    low_label: str = Field(default="", max_length=60)
    high_label: str = Field(default="", max_length=60)
    choices: list[str] = Field(default_factory=list, sa_type=JSON)
    required: bool = Field(default=True)
    position: int = Field(default=0)


class Response(SQLModel, table=True):
    """One person's submission to one survey."""

    __table_args__ = (UniqueConstraint("survey_id", "person_id"),)

    id: uuid.UUID = key()
    survey_id: uuid.UUID = Field(foreign_key="survey.id", ondelete="CASCADE")
    person_id: uuid.UUID
    submitted_at: datetime = moment()
    changed_at: datetime | None = moment(default=None)


class Answer(SQLModel, table=True):
    """One value in a response: `number` for scale and stars, `text` for a choice or free text."""

    __table_args__ = (UniqueConstraint("response_id", "question_id"),)

    id: uuid.UUID = key()
    response_id: uuid.UUID = Field(foreign_key="response.id", ondelete="CASCADE")
    question_id: uuid.UUID = Field(foreign_key="question.id", ondelete="CASCADE", index=True)
    number: int | None = Field(default=None)
    text: str | None = Field(default=None, max_length=2000)
