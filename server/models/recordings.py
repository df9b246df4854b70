"""Recordings: their chapters, and what viewers leave behind in them."""

import uuid
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class Chapter(SQLModel, table=True):
    """A marker of the organiser's. It names a media time, so trimming the recording moves it along."""

    id: uuid.UUID = key()
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", index=True)
    at: datetime = moment()
    title: str = Field(max_length=120)


class WatchInterval(SQLModel, table=True):
    """A stretch of a recording that one person played without a jump, stored once under (person, sender, n).

    It grows while it is being played. What a person has seen is the union of their stretches. A fact: the person's id
    is no foreign key (see Registration).
    """

    __tablename__ = "watch_interval"
    __table_args__ = (Index("ix_watch_interval_session", "session_id", "person_id"),)

    person_id: uuid.UUID = Field(primary_key=True)
    sender: str = Field(primary_key=True, max_length=16)
    """64 random bits (hex) made at each page load."""
    n: int = Field(primary_key=True)
    """Counts within its sender, from 1."""
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE")
    begins: float
    """Seconds of the film, which trimming never moves (see `rooms.playback.cuts`)."""
    ends: float
    speed: float = Field(default=1.0)
    """How many seconds of the recording passed in one of the clock."""
    began_at: datetime = moment()
    seen_at: datetime = moment()
    """When it was last known to be playing."""


class CaptionDraft(SQLModel, table=True):
    """What speech recognition understood of a session, for the organiser to correct before anybody else reads it."""

    __tablename__ = "caption_draft"

    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    directory: str = Field(max_length=120)
    """Where the film that was listened to lies."""
    text: str
    """WebVTT as it was understood, or as the organiser has corrected it so far."""
