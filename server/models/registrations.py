"""Registrations, and what a person keeps at an event: bookmarks and watch progress."""

import uuid
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class Registration(SQLModel, table=True):
    """One person's place at one event, by the lifecycle `REGISTRATION` of `server.rules.lifecycles`.

    `state` is held (a place is given, and its person has not come in yet), confirmed, waitlisted, released or
    cancelled.
    """

    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE")
    person_id: uuid.UUID = Field(index=True)
    """No foreign key: erasing a person re-keys their facts to a random id."""
    state: str = Field(default="confirmed", max_length=20)
    organisation: str = Field(default="", max_length=120)
    sector: str = Field(default="", max_length=60)
    place: str = Field(default="", max_length=60)
    job_role: str = Field(default="", max_length=120)
    captions: bool = Field(default=False)
    transcript: bool = Field(default=False)
    interpreter: bool = Field(default=False)
    calm: bool = Field(default=False)
    access_note: str = Field(default="", max_length=1000)
    directory: bool = Field(default=False)
    """True when the person consents to be shown to other delegates by name and organisation."""
    source: str = Field(default="", max_length=60)
    """The answer to where the person heard of the event."""
    anonymous: bool = Field(default=False)
    """True once the event's retention has taken the person from it."""
    created_at: datetime = moment()
    enrolled: bool = Field(default=False)
    """True for a person whom an organiser registered: their place is held without limit."""
    claimed_at: datetime | None = moment(default=None)
    """The moment at which the person first came in after registering, which shows that the address is theirs."""
    held_until: datetime | None = moment(default=None, index=True)
    """The moment at which a held place is released, or was; None: it is held without limit, or is not held."""
    confirmed_at: datetime | None = moment(default=None)
    cancelled_at: datetime | None = moment(default=None)


class Bookmark(SQLModel, table=True):
    """A session in a person's own agenda."""

    person_id: uuid.UUID = Field(foreign_key="person.id", ondelete="CASCADE", primary_key=True)
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    created_at: datetime = moment()


class WatchProgress(SQLModel, table=True):
    """A person's position in a recording, to resume it on any device."""

    __tablename__ = "progress"

    person_id: uuid.UUID = Field(foreign_key="person.id", ondelete="CASCADE", primary_key=True)
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    position: float = Field(default=0.0)
    """Seconds of the film, which trimming never moves (see `rooms.playback.cuts`)."""
    watched: float = Field(default=0.0)
    """The furthest position reached, seconds."""
    updated_at: datetime = moment()
