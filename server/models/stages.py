"""Stages, and who is backstage."""

import uuid
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class Stage(SQLModel, table=True):
    """Where sessions are broadcast. `state` moves by `server.rules.lifecycles.STAGE`."""

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    title: str = Field(max_length=120)
    position: int = Field(default=0)
    key_number: int = Field(default=1)
    """Which of its stream keys counts: a new one makes the old one worthless."""
    state: str = Field(default="standby", max_length=20)
    at: datetime | None = moment(default=None)
    """When the countdown ends, or when it went on air or was cleared."""
    taken_id: uuid.UUID | None = Field(default=None)
    """The source whose picture is shown."""
    signing_id: uuid.UUID | None = Field(default=None)
    """The interpreter's source: its picture is the sign-language window's, and is never taken."""
    follows_voice: bool = Field(default=False)
    low_latency: bool = Field(default=False)
    """Whether viewers follow it closely: it is put out in parts of segments."""
    wanted_at: datetime | None = moment(default=None)
    """When a publisher last asked for a media process, because none was reached."""


class StageSource(SQLModel, table=True):
    """Somebody, or an encoder, who sends picture and sound to a stage; kept when they go, for they may come back.

    `state` is arriving, here, lost (they did not mean to go) or left.
    """

    __tablename__ = "stage_source"
    __table_args__ = (UniqueConstraint("stage_id", "publisher"), UniqueConstraint("stage_id", "slot"))

    id: uuid.UUID = key()
    stage_id: uuid.UUID = Field(foreign_key="stage.id", ondelete="CASCADE")
    publisher: str = Field(max_length=36)
    """A person's id, or `encoder`."""
    person_id: uuid.UUID | None = Field(default=None)
    name: str = Field(max_length=120)
    role: str = Field(max_length=20)
    """speaker, interpreter, chair, producer or encoder."""
    slot: int | None = Field(default=None)
    """Where it is in what everybody backstage receives; None when it is not there."""
    connection: str | None = Field(default=None, max_length=32)
    """The WHIP resource that it sends by; a new one each time it comes."""
    state: str = Field(default="arriving", max_length=20)
    is_on_air: bool = Field(default=False)
    """Whether its sound is in the programme while the stage is on air."""
    changed_at: datetime = moment()
