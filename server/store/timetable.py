"""When the clock has something to do next: one question for everything that happens by itself."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, QueueEntry, Seat, Session
from server.store.seating import ABSENT

STARTS = (
    select(func.min(col(Session.starts_at)))
    .join(Event, col(Event.id) == col(Session.event_id))
    .where(Session.state == "scheduled", col(Session.auto).is_(True), col(Session.ends_at) > bindparam("now"))
    .where(Event.state == "open")
)
ENDS = select(func.min(col(Session.ends_at))).where(Session.state == "live", col(Session.auto).is_(True))
OFFERS = select(func.min(col(QueueEntry.offer_ends_at)))
WAITED_FOR = select(QueueEntry.table_id).where(col(QueueEntry.offered_number).is_(None))
SEEN = select(func.min(col(Seat.seen_at))).where(col(Seat.table_id).in_(WAITED_FOR))
MOMENTS = select(*(each.scalar_subquery() for each in (STARTS, ENDS, OFFERS, SEEN)))
"""Asked every few seconds for ever: built once."""


async def next_moment(db: AsyncSession, now: datetime) -> datetime | None:
    """The earliest moment at which something may be due, in the past when that is now; None when nothing is to come.

    Something may turn out not to be due yet: a session goes on that was paused, or whose film is longer.
    """
    *moments, seen_at = (await db.exec(MOMENTS, params={"now": now})).one()
    return min((each for each in (*moments, seen_at and seen_at + ABSENT) if each), default=None)
