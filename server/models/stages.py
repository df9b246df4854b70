"""Stages, and the sources backstage."""

import uuid
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class Stage(SQLModel, table=True):
    """A place from which sessions are broadcast. `state` moves by `server.rules.lifecycles.STAGE`."""

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    title: str = Field(max_length=120)
    position: int = Field(default=0)
    key_number: int = Field(default=1)
    """The number of the stream key that is valid; a new key makes the old one invalid."""
    state: str = Field(default="standby", max_length=20)
    at: datetime | None = moment(default=None)
    """The end of the countdown, or the moment at which the stage went on air or was cleared."""
    taken_id: uuid.UUID | None = Field(default=None)
    """The source whose picture is shown."""
    signing_id: uuid.UUID | None = Field(default=None)
    """The interpreter's source. Its picture is shown in the sign-language window and is never taken."""
    follows_voice: bool = Field(default=False)
    low_latency: bool = Field(default=False)
    """True when viewers follow the stage closely: its programme is published in parts of segments."""
    wanted_at: datetime | None = moment(default=None)
    """The last moment at which a publisher found no media process and asked for one."""


class StageSource(SQLModel, table=True):
    """A person or an encoder that sends picture and sound to a stage. The row stays when they go: they may come back.

    `state` is arriving, here, lost (the connection broke) or left.
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
    """Its slot among the sources that everybody backstage receives; None when it is not there."""
    connection: str | None = Field(default=None, max_length=32)
    """The WHIP resource by which it sends, new with each arrival."""
    state: str = Field(default="arriving", max_length=20)
    is_on_air: bool = Field(default=False)
    """True when its sound is in the programme while the stage is on air."""
    changed_at: datetime = moment()
