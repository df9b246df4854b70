"""Jobs as their askers see them: to be asked for, looked at and cancelled."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Job
from server.models.jobs import OPEN
from server.store.engine.database import leave_work
from server.store.engine.upserts import insert_into

IN_VAIN = ("failed", "cancelled")
"""The states of a job that can be asked for again."""
OVER = (*IN_VAIN, "finished")
ANY = (*OPEN, *OVER)


async def ask(
    db: AsyncSession,
    kind: str,
    subject_id: uuid.UUID,
    *,
    event_id: uuid.UUID | None,
    now: datetime,
    version: str = "",
    again: Collection[str] = IN_VAIN,
) -> bool:
    """Ask for a job on a subject, which replaces an older job of its kind there. True when the job is new.

    Nothing changes when the older job is on the same `version` and its state is not one of `again`, so asking twice is
    asking once.
    """
    wanted = {"event_id": event_id, "version": version, "due_at": now, "asked_at": now}
    fresh = {
        "state": "waiting",
        "lease": None,
        "leased_until": None,
        "attempts": 0,
        "deaths": 0,
        "reason": "",
        "done": 0,
    }
    values = {**wanted, **fresh, "total": None}
    statement = insert_into(db, Job).values(id=uuid.uuid4(), kind=kind, subject_id=subject_id, **values)
    old = or_(col(Job.version) != version, col(Job.state).in_(again))
    asked = await db.exec(
        statement.on_conflict_do_update(index_elements=["kind", "subject_id"], set_=values, where=old)
    )
    leave_work(db)
    return bool(asked.rowcount)


async def job_of(db: AsyncSession, kind: str, subject_id: uuid.UUID) -> Job | None:
    """The job of this kind on this subject, in whatever state."""
    return (await db.exec(select(Job).where(Job.kind == kind, Job.subject_id == subject_id))).first()


async def cancel(db: AsyncSession, kind: str, subject_id: uuid.UUID) -> bool:
    """Cancel a job that is not over; False when there is none. A process that works on it stops within a second."""
    mine = (col(Job.kind) == kind, col(Job.subject_id) == subject_id, col(Job.state).in_(OPEN))
    cancelled = await db.exec(update(Job).where(*mine).values(state="cancelled", lease=None, leased_until=None))
    return bool(cancelled.rowcount)
