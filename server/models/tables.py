"""Networking tables: their seats, their queues, and the messages written at them."""

import uuid
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class NetworkingTable(SQLModel, table=True):
    """A table in the lounge, hosted by a speaker. `state` is open or closed."""

    __tablename__ = "networking_table"

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    session_id: uuid.UUID | None = Field(default=None, foreign_key="session.id", ondelete="SET NULL")
    speaker_id: uuid.UUID | None = Field(default=None, foreign_key="speaker.id", ondelete="SET NULL")
    """The host."""
    title: str = Field(max_length=120)
    topic: str = Field(default="", max_length=400)
    seats: int = Field(default=6)
    state: str = Field(default="open", max_length=20)
    position: int = Field(default=0)


class Seat(SQLModel, table=True):
    """A taken seat. The constraints hold that a seat has one person, and a person one seat in an event."""

    __table_args__ = (
        UniqueConstraint("table_id", "number"),
        UniqueConstraint("event_id", "person_id"),
    )

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE")
    table_id: uuid.UUID = Field(foreign_key="networking_table.id", ondelete="CASCADE")
    number: int
    """From 1 to the table's seats."""
    person_id: uuid.UUID
    taken_at: datetime = moment()
    seen_at: datetime = moment()
    """The last moment at which the person had the table open. A person who is long away loses the seat."""


class TableStay(SQLModel, table=True):
    """The fact that a person sat at a table, from when to when."""

    __tablename__ = "table_stay"

    id: uuid.UUID = key()
    table_id: uuid.UUID = Field(foreign_key="networking_table.id", ondelete="CASCADE", index=True)
    person_id: uuid.UUID
    sat_at: datetime = moment()
    left_at: datetime | None = moment(default=None)


class NameTag(SQLModel, table=True):
    """The name that a person shows to the others at a table: their own with their organisation, or only a number.

    It stays when the person leaves the table, so that what they wrote there keeps its author.
    """

    __tablename__ = "name_tag"
    __table_args__ = (UniqueConstraint("table_id", "number"),)

    table_id: uuid.UUID = Field(foreign_key="networking_table.id", ondelete="CASCADE", primary_key=True)
    person_id: uuid.UUID = Field(primary_key=True)
    number: int
    """From 1, in the order in which people first came to the table."""
    shows_name: bool = Field(default=False)


class QueueEntry(SQLModel, table=True):
    """A person in the queue for a seat, first come first served. An offer of a seat stands until `offer_ends_at`."""

    __tablename__ = "queue_entry"
    __table_args__ = (UniqueConstraint("table_id", "person_id"),)

    id: uuid.UUID = key()
    table_id: uuid.UUID = Field(foreign_key="networking_table.id", ondelete="CASCADE")
    person_id: uuid.UUID
    joined_at: datetime = moment()
    offered_number: int | None = Field(default=None)
    """The number of the seat that is kept for the person while the offer stands."""
    offer_ends_at: datetime | None = moment(default=None)


class TableMessage(SQLModel, table=True):
    """A message that a person wrote at a table."""

    __tablename__ = "table_message"

    id: uuid.UUID = key()
    table_id: uuid.UUID = Field(foreign_key="networking_table.id", ondelete="CASCADE", index=True)
    person_id: uuid.UUID
    text: str = Field(max_length=500)
    sent_at: datetime = moment()
