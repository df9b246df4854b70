"""The next moment at which the clock has something to do, from one query over everything that it moves."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, QueueEntry, Seat, Session, SignIn
from server.rules.sign_ins import STRONG_IDLE, STRONG_LONGEST
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
OPEN_AND_STRONG = (col(SignIn.strong), col(SignIn.ended_at).is_(None))
USED = select(func.min(col(SignIn.seen_at))).where(*OPEN_AND_STRONG)
SIGNED_IN = select(func.min(col(SignIn.created_at))).where(*OPEN_AND_STRONG)
MOMENTS = select(*(each.scalar_subquery() for each in (STARTS, ENDS, OFFERS, SEEN, USED, SIGNED_IN)))
"""Run every few seconds for ever, so it is built once."""


async def next_moment(db: AsyncSession, now: datetime) -> datetime | None:
    """The earliest moment at which something may be due; it may be past. None: nothing is to come.

    It may turn out that nothing is due yet: a session with pauses, or with a longer film, goes on.
    """
    *moments, seen_at, used_at, signed_in_at = (await db.exec(MOMENTS, params={"now": now})).one()
    later = ((seen_at, ABSENT), (used_at, STRONG_IDLE), (signed_in_at, STRONG_LONGEST))
    return min((*(each for each in moments if each), *(at + time for at, time in later if at)), default=None)
