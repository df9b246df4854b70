"""The facts that live rooms leave behind. A fact holds a person's id without a foreign key (see Registration)."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class Reaction(SQLModel, table=True):
    """One emoji from one person, stored once under its key (person, sender, n) with its outcome.

    `outcome` is accepted or the reason for which it was refused; `wave` is live or on demand.
    """

    __table_args__ = (Index("ix_reaction_session", "session_id", "outcome"),)

    person_id: uuid.UUID = Field(primary_key=True)
    sender: str = Field(primary_key=True, max_length=16)
    """64 random bits (hex) made at each page load."""
    n: int = Field(primary_key=True)
    """Numbers the reactions of a sender, from 1."""
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE")
    emoji: str = Field(max_length=10)
    outcome: str = Field(max_length=20)
    wave: str = Field(default="live", max_length=10)
    received_at: datetime = moment()
    media_at: datetime | None = moment(default=None)
    """The moment of the programme that the person was seeing."""


class Tally(SQLModel, table=True):
    """The running total of accepted reactions of one emoji in one session and wave."""

    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    wave: str = Field(primary_key=True, max_length=10)
    emoji: str = Field(primary_key=True, max_length=10)
    n: int = Field(default=0, sa_type=BigInteger)


class RefusalTally(SQLModel, table=True):
    """The running total of reactions to one session that were refused for one reason."""

    __tablename__ = "refusal_tally"

    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    reason: str = Field(primary_key=True, max_length=20)
    n: int = Field(default=0, sa_type=BigInteger)


class DroppedFrames(SQLModel, table=True):
    """The frames that a flooding connection sent past the hard limit before it was closed."""

    id: uuid.UUID = key()
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", index=True)
    person_id: uuid.UUID
    n: int
    at: datetime = moment()


class TopicRevision(SQLModel, table=True):
    """The number of changes of a topic in a room, raised in the transaction that changes the topic."""

    __tablename__ = "topic_revision"

    room: str = Field(primary_key=True, max_length=60)
    topic: str = Field(primary_key=True, max_length=40)
    revision: int = Field(default=0, sa_type=BigInteger)


class RightsRevision(SQLModel, table=True):
    """The last change of the rights of a person, or of everybody at an event or session: `person:ID` and so on.

    The row `house` counts the changes, and the others take its number, so a process reads what is new in one range.
    """

    __tablename__ = "rights_revision"

    room: str = Field(primary_key=True, max_length=60)
    revision: int = Field(sa_type=BigInteger, index=True)


class Attendance(SQLModel, table=True):
    """One stay of a person in a session with picture or sound playing, extended every 30 s."""

    __table_args__ = (Index("ix_attendance_session", "session_id", "person_id"),)

    id: uuid.UUID = key()
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE")
    person_id: uuid.UUID
    wave: str = Field(default="live", max_length=10)
    started_at: datetime = moment()
    seen_at: datetime = moment()
    """The last moment at which the person was known to be there."""
