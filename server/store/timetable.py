"""The next moment at which the clock has something to do, from one query over everything that it moves."""

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
"""Run every few seconds for ever, so it is built once."""


async def next_moment(db: AsyncSession, now: datetime) -> datetime | None:
    """The earliest moment at which something may be due; it may be past. None: nothing is to come.

    It may turn out that nothing is due yet: a session with pauses, or with a longer film, goes on.
    """
    *moments, seen_at = (await db.exec(MOMENTS, params={"now": now})).one()
    return min((each for each in (*moments, seen_at and seen_at + ABSENT) if each), default=None)
