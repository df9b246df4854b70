"""Films on their way in: bytes that arrive, and whose turn it is to be packaged."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import and_, col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import FilmUpload
from server.store import films
from server.store.engine.database import leave_work

LEASE = timedelta(minutes=2)
"""A packaging that says nothing for so long has died with its process, and is begun anew."""
DUE = (
    select(FilmUpload)
    .where(
        or_(
            col(FilmUpload.state) == "waiting",
            and_(col(FilmUpload.state) == "packaging", col(FilmUpload.leased_until) < bindparam("now")),
        )
    )
    .order_by(col(FilmUpload.created_at))
    .limit(1)
)
"""Asked every few seconds for ever: built once."""


async def uploads_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[FilmUpload]:
    """What is on its way, or was refused; the newest first."""
    mine = select(FilmUpload).where(FilmUpload.event_id == event_id, FilmUpload.state != "ready")
    return (await db.exec(mine.order_by(col(FilmUpload.created_at).desc()))).all()


async def create(db: AsyncSession, event_id: uuid.UUID, title: str, size: int) -> FilmUpload:
    upload = FilmUpload(event_id=event_id, title=title, size=size)
    db.add(upload)
    await db.flush()
    return upload


async def upload(db: AsyncSession, event_id: uuid.UUID, upload_id: uuid.UUID) -> FilmUpload | None:
    found = await db.get(FilmUpload, upload_id)
    return found if found and found.event_id == event_id else None


async def receive(db: AsyncSession, row: FilmUpload, offset: int, length: int) -> bool:
    """Note that bytes from `offset` on have arrived; False when others were faster."""
    arrived = offset + length
    if arrived == row.size:
        leave_work(db)
    state = "waiting" if arrived == row.size else "uploading"
    statement = update(FilmUpload).where(
        col(FilmUpload.id) == row.id, col(FilmUpload.received) == offset, col(FilmUpload.state) == "uploading"
    )
    return (await db.exec(statement.values(received=arrived, state=state))).rowcount == 1


async def next_due(db: AsyncSession, now: datetime) -> FilmUpload | None:
    """The upload that has waited longest, or whose packaging has died."""
    return (await db.exec(DUE, params={"now": now})).first()


async def claim(db: AsyncSession, found: FilmUpload, now: datetime) -> bool:
    """Have an upload that is due for the caller alone, until its lease ends; False when somebody was faster."""
    mine = update(FilmUpload).where(
        col(FilmUpload.id) == found.id, col(FilmUpload.leased_until).is_not_distinct_from(found.leased_until)
    )
    taken = await db.exec(mine.values(state="packaging", percent=0, leased_until=now + LEASE))
    return taken.rowcount == 1


async def go_on(db: AsyncSession, upload_id: uuid.UUID, percent: int, now: datetime) -> None:
    """So much is packaged; the lease is renewed."""
    mine = update(FilmUpload).where(col(FilmUpload.id) == upload_id, col(FilmUpload.state) == "packaging")
    await db.exec(mine.values(percent=percent, leased_until=now + LEASE))


async def refuse(db: AsyncSession, upload_id: uuid.UUID, problem: str) -> None:
    """It cannot be played; `problem` says why."""
    await db.exec(
        update(FilmUpload).where(col(FilmUpload.id) == upload_id).values(state="refused", problem=problem[:300])
    )


async def finish(db: AsyncSession, row: FilmUpload, directory: str, duration_s: float) -> None:
    """It is packaged: a film that sessions can play."""
    moved = update(FilmUpload).where(col(FilmUpload.id) == row.id, col(FilmUpload.state) == "packaging")
    if (await db.exec(moved.values(state="ready", percent=100))).rowcount == 1:
        await films.add(db, row.event_id, row.title, directory, duration_s)
