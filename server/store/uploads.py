"""Films on their way in: the bytes that arrive, and the job that packages them once all are here."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import and_, col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import FilmUpload, Job
from server.store import jobs

KIND = "film"
"""The name of the job that packages an upload."""


async def uploads_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[tuple[FilmUpload, Job | None]]:
    """The uploads of an event that are no film yet, each with the job that packages it; the newest first."""
    packaged = and_(col(Job.kind) == KIND, col(Job.subject_id) == col(FilmUpload.id))
    coming = or_(col(Job.state).is_(None), col(Job.state) != "finished")
    statement = select(FilmUpload, Job).outerjoin(Job, packaged).where(FilmUpload.event_id == event_id, coming)
    return (await db.exec(statement.order_by(col(FilmUpload.created_at).desc()))).all()


async def create(db: AsyncSession, event_id: uuid.UUID, title: str, size: int) -> FilmUpload:
    """Announce an upload of `size` bytes."""
    upload = FilmUpload(event_id=event_id, title=title, size=size)
    db.add(upload)
    await db.flush()
    return upload


async def upload(db: AsyncSession, event_id: uuid.UUID, upload_id: uuid.UUID) -> FilmUpload | None:
    """An upload of this event."""
    found = await db.get(FilmUpload, upload_id)
    return found if found and found.event_id == event_id else None


async def receive(db: AsyncSession, row: FilmUpload, offset: int, length: int, now: datetime) -> bool:
    """Note that `length` bytes from `offset` on have arrived; False when another piece was faster.

    The last piece asks for the job that packages the film.
    """
    arrived = offset + length
    statement = update(FilmUpload).where(col(FilmUpload.id) == row.id, col(FilmUpload.received) == offset)
    if (await db.exec(statement.values(received=arrived))).rowcount != 1:
        return False
    if arrived == row.size:
        await jobs.ask(db, KIND, row.id, event_id=row.event_id, now=now)
    return True


async def try_again(db: AsyncSession, row: FilmUpload, now: datetime) -> bool:
    """Ask once more for a film to be packaged; False unless the last try was in vain."""
    return await jobs.ask(db, KIND, row.id, event_id=row.event_id, now=now)


async def forget(db: AsyncSession, row: FilmUpload) -> bool:
    """Delete an upload and its job; False while it is being packaged."""
    job = await jobs.job_of(db, KIND, row.id)
    if job and job.state == "running":
        return False
    if job:
        await db.delete(job)
    await db.delete(row)
    return True
