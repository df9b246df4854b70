"""Work that one process at a time does under a lease: the columns that all of it has, and the job itself."""

import uuid
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment

OPEN = ("waiting", "running")
"""The states of a job that is not over."""


class Leased(SQLModel):
    """The columns of a row that is claimed, worked on under a lease, and settled (see `server.store.engine.jobs`)."""

    state: str = Field(default="waiting", max_length=20)
    due_at: datetime = moment()
    """Nobody claims the row before this."""
    lease: uuid.UUID | None = Field(default=None)
    """A random number, new with each claim. Only the claimant knows it, so nobody else can settle the row."""
    leased_until: datetime | None = moment(default=None)
    """The claimant has died when it has not renewed its lease by then."""
    attempts: int = Field(default=0)
    """How often it was claimed since it was asked for."""
    reason: str = Field(default="", max_length=2000)
    """Why it failed, or why it has to wait, as a sentence."""


class Job(Leased, table=True):
    """One piece of work on one subject. `state` is waiting, running, finished, failed or cancelled."""

    __table_args__ = (UniqueConstraint("kind", "subject_id"), Index("ix_job_due", "kind", "state", "due_at"))

    id: uuid.UUID = key()
    kind: str = Field(max_length=40)
    """The name of one of `server.duties.JOBS`."""
    event_id: uuid.UUID | None = Field(default=None, foreign_key="event.id", ondelete="CASCADE", index=True)
    """None: it concerns the whole installation."""
    subject_id: uuid.UUID
    """The row that it is about. No foreign key, since each kind has its own relation: a subject may be gone."""
    version: str = Field(default="", max_length=120)
    """Which version of the subject: a finished job of another one does not count."""
    asked_at: datetime = moment()
    done: int = Field(default=0)
    total: int | None = Field(default=None)
    """`done` of so many are done: 42 of 100 per cent, 120 of 5,000 letters. None: the total is not known."""

    @property
    def is_open(self) -> bool:
        """True until it is finished, failed or cancelled."""
        return self.state in OPEN

    @property
    def percent(self) -> int:
        """The share that is done, 0 to 100; 0 while the total is not known."""
        if self.state == "finished":
            return 100
        return min(100, 100 * self.done // self.total) if self.total else 0
