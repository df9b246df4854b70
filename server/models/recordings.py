"""Recordings: their chapters, what was watched of them, and drafts of their captions."""

import uuid
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class Chapter(SQLModel, table=True):
    """A chapter mark, set by the organiser at a media time, so trimming the recording does not displace it."""

    id: uuid.UUID = key()
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", index=True)
    at: datetime = moment()
    title: str = Field(max_length=120)


class WatchInterval(SQLModel, table=True):
    """A stretch of a recording that one person played without a jump, stored once under (person, sender, n).

    It grows while the recording is being played. A person has seen the union of their stretches. This is a fact, so the
    person's id is no foreign key (see Registration).
    """

    __tablename__ = "watch_interval"
    __table_args__ = (Index("ix_watch_interval_session", "session_id", "person_id"),)

    person_id: uuid.UUID = Field(primary_key=True)
    sender: str = Field(primary_key=True, max_length=16)
    """64 random bits (hex) made at each page load."""
    n: int = Field(primary_key=True)
    """Numbers the stretches of a sender, from 1."""
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE")
    begins: float
    """Seconds of the film, which trimming never moves (see `rooms.playback.cuts`)."""
    ends: float
    speed: float = Field(default=1.0)
    """The seconds of the recording that pass in one second of the clock."""
    began_at: datetime = moment()
    seen_at: datetime = moment()
    """The last moment at which it was known to be playing."""


class CaptionDraft(SQLModel, table=True):
    """Captions drafted by speech recognition for a session. Until they are published, only the organiser reads them."""

    __tablename__ = "caption_draft"

    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    directory: str = Field(max_length=120)
    """The folder of the film that was listened to."""
    text: str
    """WebVTT, with the organiser's corrections so far."""
