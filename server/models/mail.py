"""Mail that waits to be sent, and what became of it."""

import uuid
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from server.models.columns import key, moment
from server.models.jobs import Leased


class Mail(Leased, table=True):
    """One message. `state` is queued, sending, sent, kept (local outbox), uncertain or failed.

    `idempotency_key` is unique, so the same occasion never sends twice. Where the text holds
    `server.mail.messages.JOIN_TOKEN`, a join link is made at the moment of delivery, so that its token is not stored.
    """

    __table_args__ = (Index("ix_mail_due", "state", "due_at"),)

    id: uuid.UUID = key()
    event_id: uuid.UUID | None = Field(default=None, foreign_key="event.id", ondelete="CASCADE", index=True)
    person_id: uuid.UUID | None = Field(default=None, index=True)
    idempotency_key: str = Field(max_length=120, unique=True)
    kind: str = Field(default="", max_length=40)
    """Which of `server.mail.messages.KINDS` it is."""
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    text: str
    html: str = Field(default="")
    calendar: str = Field(default="")
    """An iCalendar attachment, or empty."""
    lands_on: str = Field(default="", max_length=200)
    """Where its join link leads; empty: where the person's role belongs."""
    state: str = Field(default="queued", max_length=20)
    created_at: datetime = moment()
    sent_at: datetime | None = moment(default=None)
    """When it left, or was kept here."""
