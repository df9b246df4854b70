"""Work under a lease, of one process at a time: the columns that all such work shares, and the job itself."""

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
    """The earliest moment at which the row can be claimed."""
    lease: uuid.UUID | None = Field(default=None)
    """A random number, new with each claim. Only the claimant knows it, so no other process can settle the row."""
    leased_until: datetime | None = moment(default=None)
    """A claimant that has not renewed its lease by then has died."""
    attempts: int = Field(default=0)
    """The number of claims since the work was asked for."""
    deaths: int = Field(default=0)
    """The number of those claims whose process died at work, or hung."""
    reason: str = Field(default="", max_length=2000)
    """The reason why the work failed or has to wait, as a sentence."""


class Job(Leased, table=True):
    """One piece of work on one subject. `state` is waiting, running, finished, failed or cancelled."""

    __table_args__ = (UniqueConstraint("kind", "subject_id"), Index("ix_job_due", "kind", "state", "due_at"))

    id: uuid.UUID = key()
    kind: str = Field(max_length=40)
    """The name of one of `server.duties.JOBS`."""
    event_id: uuid.UUID | None = Field(default=None, foreign_key="event.id", ondelete="CASCADE", index=True)
    """None: the job concerns the whole installation."""
    subject_id: uuid.UUID
    """The row that the job is about. It may be gone: each kind has its own relation, so this is no foreign key."""
    version: str = Field(default="", max_length=120)
    """The version of the subject: a finished job on an older version does not count."""
    asked_at: datetime = moment()
    done: int = Field(default=0)
    total: int | None = Field(default=None)
    """The number at which the work is complete: 100 per cent, 5,000 mails. None: not known."""

    @property
    def is_open(self) -> bool:
        """True until the job is finished, failed or cancelled."""
        return self.state in OPEN

    @property
    def percent(self) -> int:
        """The share that is done, from 0 to 100; 0 while the total is not known."""
        if self.state == "finished":
            return 100
        return min(100, 100 * self.done // self.total) if self.total else 0
