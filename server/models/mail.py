"""Mail that waits to be sent, and its outcome."""

import uuid
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from server.models.columns import key, moment
from server.models.jobs import Leased


class Mail(Leased, table=True):
    """One mail. `state` is queued, sending, sent, kept (local outbox), uncertain or failed.

    `idempotency_key` is unique, so an occasion sends one mail at most. Where the text holds its `placeholder` (see
    `server.mail.messages`), a join link is made at the moment of delivery, so that its token is not stored.
    """

    __table_args__ = (Index("ix_mail_due", "state", "due_at"),)

    id: uuid.UUID = key()
    event_id: uuid.UUID | None = Field(default=None, foreign_key="event.id", ondelete="CASCADE", index=True)
    person_id: uuid.UUID | None = Field(default=None, index=True)
    idempotency_key: str = Field(max_length=120, unique=True)
    kind: str = Field(default="", max_length=40)
    """One of `server.mail.messages.KINDS`."""
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    text: str
    html: str = Field(default="")
    calendar: str = Field(default="")
    """An iCalendar attachment, or empty."""
    lands_on: str = Field(default="", max_length=200)
    """The path to which its join link leads; empty: the home page of the person's role."""
    base_url: str = Field(default="", max_length=300)
    """The public address under which it was written; it is sent under the address of its day. Empty: not known."""
    state: str = Field(default="queued", max_length=20)
    created_at: datetime = moment()
    sent_at: datetime | None = moment(default=None)
    """The moment at which it was sent, or kept in the local outbox."""
