"""People, their roles, their join links and their sign-ins."""

import uuid
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.models.columns import Sealed, SealedText, key, moment


class Person(SQLModel, table=True):
    """A human being known to this installation; `email` is stored casefolded and is unique.

    `synthetic` people exist only in rehearsal and demo events.
    """

    id: uuid.UUID = key()
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=120)
    password_hash: str | None = Field(default=None, max_length=255)
    totp_secret: Sealed | None = Field(default=None, sa_type=SealedText)
    totp_last_step: int | None = Field(default=None)
    """The last time step that was accepted (RFC 6238, 5.2): each code is good once."""
    synthetic: bool = Field(default=False)
    created_at: datetime = moment()


class GrantRow(SQLModel, table=True):
    """A role given to a person in a scope: the installation, an event, session, stage or table."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "scope", "scope_id"),)

    id: uuid.UUID = key()
    person_id: uuid.UUID = Field(foreign_key="person.id", ondelete="CASCADE", index=True)
    role: str = Field(max_length=20)
    """organiser, producer, moderator, chair, speaker, host, interpreter, help desk or analyst."""
    scope: str = Field(max_length=20)
    """installation, event, session, stage or table."""
    scope_id: uuid.UUID | None = Field(default=None)
    created_at: datetime = moment()


class JoinLink(SQLModel, table=True):
    """A personal link that signs a person in; only the SHA-256 of its 256 random bits is stored."""

    id: uuid.UUID = key()
    person_id: uuid.UUID = Field(foreign_key="person.id", ondelete="CASCADE", index=True)
    event_id: uuid.UUID | None = Field(default=None, foreign_key="event.id", ondelete="CASCADE")
    token_hash: str = Field(max_length=64, unique=True)
    lands_on: str = Field(default="", max_length=200)
    """The path to open after joining; empty: the home page of the person's role."""
    strong: bool = Field(default=False)
    """True for a link that the command line printed. It signs in strongly: whoever has the shell is the owner."""
    created_at: datetime = moment()
    expires_at: datetime | None = moment(default=None)
    """None: the link expires when the event's last recording closes."""
    ended_at: datetime | None = moment(default=None)


class SignIn(SQLModel, table=True):
    """A browser that is signed in; only the SHA-256 of its cookie is stored."""

    __table_args__ = (Index("ix_signin_open", "person_id", "ended_at"),)

    id: uuid.UUID = key()
    person_id: uuid.UUID = Field(foreign_key="person.id", ondelete="CASCADE")
    join_link_id: uuid.UUID | None = Field(default=None, foreign_key="joinlink.id", ondelete="SET NULL")
    token_hash: str = Field(max_length=64, unique=True)
    browser: str = Field(default="", max_length=200)
    strong: bool = Field(default=False)
    """True when a password and a one-time code were given, or the link came from the command line."""
    created_at: datetime = moment()
    seen_at: datetime = moment()
    ended_at: datetime | None = moment(default=None)
