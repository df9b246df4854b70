"""Recordings as files to keep: which were asked for, and whose turn it is to be made."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import and_, col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Download, Event, Session
from server.store.engine.database import leave_work
from server.store.engine.upserts import insert_into

LEASE = timedelta(minutes=5)
"""One that says nothing for so long has died with its process, and is begun anew."""
DUE = (
    select(Download, Session, Event)
    .join(Session, col(Session.id) == col(Download.session_id))
    .join(Event, col(Event.id) == col(Session.event_id))
    .where(
        or_(
            col(Download.state) == "waiting",
            and_(col(Download.state) == "making", col(Download.leased_until) < bindparam("now")),
        ),
        col(Download.media_key) == col(Session.media_key),
    )
    .order_by(col(Download.asked_at))
)
"""Asked every few seconds for ever: built once."""


async def download_of(db: AsyncSession, session: Session) -> Download | None:
    """The file of the recording as it is now."""
    found = await db.get(Download, session.id)
    return found if found and found.media_key == session.media_key else None


async def ask(db: AsyncSession, session: Session, now: datetime) -> None:
    """Have it made, unless it is made already or on its way."""
    wanted = {"media_key": session.media_key, "state": "waiting", "percent": 0, "asked_at": now, "leased_until": None}
    statement = insert_into(db, Download).values(session_id=session.id, **wanted)
    old = or_(col(Download.media_key) != session.media_key, col(Download.state) == "failed")
    await db.exec(statement.on_conflict_do_update(index_elements=["session_id"], set_=wanted, where=old))
    leave_work(db)


async def next_due(db: AsyncSession, now: datetime) -> tuple[Download, Session, Event] | None:
    """The one that has waited longest, or whose making has died."""
    return (await db.exec(DUE, params={"now": now})).first()


async def claim(db: AsyncSession, found: Download, now: datetime) -> bool:
    """Have one for the caller alone, until its lease ends; False when somebody was faster."""
    mine = update(Download).where(
        col(Download.session_id) == found.session_id,
        col(Download.media_key) == found.media_key,
        col(Download.leased_until).is_not_distinct_from(found.leased_until),
    )
    return (await db.exec(mine.values(state="making", percent=0, leased_until=now + LEASE))).rowcount == 1


async def go_on(db: AsyncSession, found: Download, percent: int, now: datetime) -> None:
    """So much is made; the lease is renewed."""
    await _change(db, found, percent=percent, leased_until=now + LEASE)


async def finish(db: AsyncSession, found: Download, *, is_made: bool) -> None:
    await _change(db, found, state="ready" if is_made else "failed", percent=100 if is_made else 0)


async def _change(db: AsyncSession, found: Download, **columns: object) -> None:
    mine = (col(Download.session_id) == found.session_id, col(Download.media_key) == found.media_key)
    await db.exec(update(Download).where(*mine).values(**columns))


async def kept_keys(db: AsyncSession) -> Sequence[str]:
    """The media keys of all that were asked for and still are what their session's recording is."""
    same = col(Session.media_key) == col(Download.media_key)
    return (await db.exec(select(Download.media_key).join(Session, same))).all()
