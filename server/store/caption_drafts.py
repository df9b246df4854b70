"""Captions that speech recognition drafts: the jobs that make drafts, and the drafts themselves.

A job is for one directory, in which what a session sends out lies: a draft of another film than the session's is none.
"""

import uuid
from datetime import datetime

from sqlmodel import col, delete, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import CaptionDraft, Job, Session
from server.store import jobs
from server.store.engine.upserts import insert_into

KIND = "caption draft"


async def draft_of(db: AsyncSession, session_id: uuid.UUID, directory: str) -> CaptionDraft | None:
    """The draft of what lies in this directory, once it is made."""
    found = await db.get(CaptionDraft, session_id)
    return found if found and found.directory == directory else None


async def drafting_of(db: AsyncSession, session_id: uuid.UUID, directory: str) -> Job | None:
    """The job that makes such a draft, or has failed to; None once the draft is made, or nobody wants it any more."""
    found = await jobs.job_of(db, KIND, session_id)
    is_told = found and found.version == directory and (found.is_open or found.state == "failed")
    return found if is_told else None


async def ask(db: AsyncSession, session: Session, directory: str, now: datetime) -> None:
    """Have a draft made, unless there is one or one is on its way."""
    if await draft_of(db, session.id, directory) is None:
        await jobs.ask(db, KIND, session.id, event_id=session.event_id, now=now, version=directory, again=jobs.OVER)


async def put(db: AsyncSession, session_id: uuid.UUID, directory: str, text: str) -> None:
    """Store a draft, in place of one of another directory."""
    made = {"directory": directory, "text": text}
    statement = insert_into(db, CaptionDraft).values(session_id=session_id, **made)
    await db.exec(statement.on_conflict_do_update(index_elements=["session_id"], set_=made))


async def keep(db: AsyncSession, session_id: uuid.UUID, directory: str, text: str) -> bool:
    """Keep a draft as the organiser has corrected it so far; False when there is none."""
    mine = (col(CaptionDraft.session_id) == session_id, col(CaptionDraft.directory) == directory)
    return (await db.exec(update(CaptionDraft).where(*mine).values(text=text))).rowcount == 1


async def discard(db: AsyncSession, session_id: uuid.UUID) -> None:
    """Delete the draft, and stop the job that makes one: the captions are published, or nobody wants the draft."""
    await jobs.cancel(db, KIND, session_id)
    await db.exec(delete(CaptionDraft).where(col(CaptionDraft.session_id) == session_id))
