"""The security log: acts that needed a right, sign-ins, and refusals; ids and words of ours, never content."""

import uuid
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class SecurityEntry(SQLModel, table=True):
    """One act, or one that was refused. Nothing in it was typed by anybody.

    It holds ids without foreign keys, so that an entry outlasts what it is about; names are looked up when it is shown.
    """

    __tablename__ = "security_log"
    __table_args__ = (
        Index("ix_security_log_event", "event_id", "at"),
        Index("ix_security_log_at", "at"),
        Index("ix_security_log_person", "person_id"),
        Index("ix_security_log_subject", "subject_id"),
    )

    id: uuid.UUID = key()
    at: datetime = moment()
    event_id: uuid.UUID | None = Field(default=None)
    """None for acts outside of any event, such as signing in."""
    person_id: uuid.UUID | None = Field(default=None)
    """The person who acted; None for strangers, for the command line and for the application itself."""
    role: str = Field(default="", max_length=20)
    """The strongest role of that person there, or `command line`."""
    action: str = Field(max_length=30)
    """A key of `server.rules.security_log.ACTS`."""
    detail: str = Field(default="", max_length=30)
    """The button that was pressed, else the verb of the page; or the role that was given or taken."""
    subject: str = Field(default="", max_length=20)
    """The kind of thing that the act was about."""
    subject_id: uuid.UUID | None = Field(default=None)
    address: str = Field(default="", max_length=45)
    """The network address from which the request came, as PLENARY_PROXIES has it."""
    outcome: str = Field(default="done", max_length=10)
    """done, refused, or full: refused, and later refusals of that hour are not in the log."""
