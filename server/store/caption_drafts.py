"""Captions that speech recognition drafts: which were asked for, whose turn it is, and what came of it."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import and_, col, delete, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import CaptionDraft, Event, Session
from server.store.engine.database import leave_work
from server.store.engine.upserts import insert_into

LEASE = timedelta(minutes=2)
"""One that says nothing for so long has died with its process, and is begun anew."""
DUE = (
    select(CaptionDraft, Session, Event)
    .join(Session, col(Session.id) == col(CaptionDraft.session_id))
    .join(Event, col(Event.id) == col(Session.event_id))
    .where(
        or_(
            col(CaptionDraft.state) == "waiting",
            and_(col(CaptionDraft.state) == "making", col(CaptionDraft.leased_until) < bindparam("now")),
        )
    )
    .order_by(col(CaptionDraft.asked_at))
)
"""Asked every few seconds for ever: built once."""


async def draft_of(db: AsyncSession, session_id: uuid.UUID, directory: str) -> CaptionDraft | None:
    """The draft of what the session sends out of this directory."""
    found = await db.get(CaptionDraft, session_id)
    return found if found and found.directory == directory else None


async def ask(db: AsyncSession, session_id: uuid.UUID, directory: str, now: datetime) -> None:
    """Have one made, in place of one that failed or is of another film."""
    wanted = {"directory": directory, "state": "waiting", "percent": 0, "text": "", "why": "", "asked_at": now}
    statement = insert_into(db, CaptionDraft).values(session_id=session_id, **wanted)
    old = or_(col(CaptionDraft.directory) != directory, col(CaptionDraft.state) == "failed")
    kept = wanted | {"leased_until": None}
    await db.exec(statement.on_conflict_do_update(index_elements=["session_id"], set_=kept, where=old))
    leave_work(db)


async def next_due(db: AsyncSession, now: datetime) -> tuple[CaptionDraft, Session, Event] | None:
    """The one that has waited longest, or whose making has died."""
    return (await db.exec(DUE, params={"now": now})).first()


async def claim(db: AsyncSession, found: CaptionDraft, now: datetime) -> bool:
    """Have one for the caller alone, until its lease ends; False when somebody was faster."""
    free = col(CaptionDraft.leased_until).is_not_distinct_from(found.leased_until)
    mine = update(CaptionDraft).where(_same(found), free)
    return (await db.exec(mine.values(state="making", percent=0, leased_until=now + LEASE))).rowcount == 1


async def go_on(db: AsyncSession, found: CaptionDraft, percent: int, now: datetime) -> bool:
    """So much is heard; the lease is renewed. False when nobody wants it any more."""
    return await _change(db, found, percent=percent, leased_until=now + LEASE)


async def finish(db: AsyncSession, found: CaptionDraft, text: str) -> None:
    await _change(db, found, state="ready", percent=100, text=text)


async def fail(db: AsyncSession, found: CaptionDraft, why: str) -> None:
    await _change(db, found, state="failed", why=why)


async def keep(db: AsyncSession, session_id: uuid.UUID, directory: str, text: str) -> bool:
    """Keep a ready draft as the organiser has corrected it so far; False when there is none."""
    ready = col(CaptionDraft.state) == "ready"
    mine = update(CaptionDraft).where(_of(session_id), col(CaptionDraft.directory) == directory, ready)
    return (await db.exec(mine.values(text=text))).rowcount == 1


async def discard(db: AsyncSession, session_id: uuid.UUID) -> None:
    """The captions are published, or nobody wants the draft."""
    await db.exec(delete(CaptionDraft).where(_of(session_id)))


async def _change(db: AsyncSession, found: CaptionDraft, **columns: object) -> bool:
    return (await db.exec(update(CaptionDraft).where(_same(found)).values(**columns))).rowcount == 1


def _of(session_id: uuid.UUID) -> ColumnElement[bool]:
    return col(CaptionDraft.session_id) == session_id


def _same(found: CaptionDraft) -> ColumnElement[bool]:
    """The same request, not one that was made after it."""
    return and_(_of(found.session_id), col(CaptionDraft.asked_at) == found.asked_at)
