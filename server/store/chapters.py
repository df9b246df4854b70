"""Chapters: the marks that the organiser sets in a session."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Chapter

MOST = 100
"""The most chapters that a session can have."""


async def chapters_of(db: AsyncSession, session_id: uuid.UUID) -> Sequence[Chapter]:
    """A session's chapters in the order of time."""
    mine = select(Chapter).where(Chapter.session_id == session_id)
    return (await db.exec(mine.order_by(col(Chapter.at), col(Chapter.title)))).all()


async def mark(db: AsyncSession, session_id: uuid.UUID, at: datetime, title: str) -> Chapter | None:
    """Set a chapter at a media time; without a title it gets a number. None when there are `MOST` already."""
    count = (await db.exec(select(func.count()).where(col(Chapter.session_id) == session_id))).one()
    if count >= MOST:
        return None
    added = Chapter(session_id=session_id, at=at, title=title or f"Chapter {count + 1}")
    db.add(added)
    await db.flush()
    return added
