"""Recordings as files to keep: the jobs that make them. Each job is for one version of a recording, its media key."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Job, Session
from server.store import jobs

KIND = "download"


async def download_of(db: AsyncSession, session: Session) -> Job | None:
    """The job that makes the file of the recording as it is now, whatever became of it; None when nobody asked."""
    found = await jobs.job_of(db, KIND, session.id)
    return found if found and found.version == session.media_key else None


async def ask(db: AsyncSession, session: Session, now: datetime, *, is_gone: bool = False) -> None:
    """Have the file made, unless it is on its way, or is made already; with `is_gone` it was made and is lost."""
    again = jobs.OVER if is_gone else jobs.IN_VAIN
    await jobs.ask(db, KIND, session.id, event_id=session.event_id, now=now, version=session.media_key, again=again)


async def kept_keys(db: AsyncSession) -> Sequence[str]:
    """The media keys of the files that were asked for and are of a recording as it is now."""
    same = and_(col(Session.id) == col(Job.subject_id), col(Session.media_key) == col(Job.version))
    return (await db.exec(select(Job.version).join(Session, same).where(Job.kind == KIND))).all()
