"""The console's view of an event: its figures, its live sessions, and what needs the organiser's attention."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.topics.keeping import Kept
from rooms.topics.reactions import Ledger
from rooms.topics.registrations import Registrations
from server.models import Event, Keeping, Reaction, Session, SessionSpeaker, Speaker
from server.store import events, keeping, mails, reactions, registrations, topic_states
from server.store.agenda import Item

MINUTE = timedelta(minutes=1)
SPARKLINE_MINUTES = 15
ACCEPTED = "accepted"
UNSENT = ("queued", "sending")
TROUBLED = ("failed", "uncertain")


@dataclass(frozen=True)
class Figures:
    """The figures in the line across the top of the console."""

    registered: Registrations
    reactions_today: int
    mail_waiting: int
    mail_troubled: int
    """Mails that failed or are uncertain: the organiser is asked to look at them."""
    mail_put_off: int
    """Mails of those waiting that could not be sent at once."""


@dataclass(frozen=True)
class Tile:
    """A session that is on: its ledger, and its accepted reactions in each of the last minutes, the present one last.

    `keeping` is the row about its recording, once some of it is on disk; `kept` is that row as the crew sees it.
    """

    item: Item
    ledger: Ledger
    per_minute: tuple[int, ...]
    keeping: Keeping | None
    kept: Kept


@dataclass(frozen=True)
class DoubleBooking:
    """A speaker with two sessions at once."""

    speaker: Speaker
    first: Session
    second: Session


async def figures_view(db: AsyncSession, event: Event, now: datetime) -> Figures:
    """The figures at this moment. Today is the day in the event's time zone."""
    registered = topic_states.registrations(event, await registrations.counts(db, event.id))
    sent = await mails.by_state(db, event.id)
    put_off = await mails.put_off(db, event.id)
    return Figures(
        registered,
        await _reactions_today(db, event, now),
        sum(sent.get(state, 0) for state in UNSENT),
        sum(sent.get(state, 0) for state in TROUBLED),
        put_off.number if put_off else 0,
    )


async def _reactions_today(db: AsyncSession, event: Event, now: datetime) -> int:
    begins, ends = events.today(event, now)
    statement = (
        select(func.count())
        .select_from(Reaction)
        .join(Session, col(Session.id) == col(Reaction.session_id))
        .where(
            Session.event_id == event.id,
            Reaction.outcome == ACCEPTED,
            col(Reaction.received_at) >= begins,
            col(Reaction.received_at) < ends,
        )
    )
    return (await db.exec(statement)).one()


async def tiles(db: AsyncSession, items: Sequence[Item], now: datetime) -> list[Tile]:
    """A tile for each of these items that is on now, in their order."""
    shown = [item for item in items if item.is_on]
    keepings = await keeping.keepings_of(db, [item.session.id for item in shown])
    return [
        Tile(
            item,
            await reactions.ledger(db, item.session.id),
            await _per_minute(db, item.session.id, now),
            keepings.get(item.session.id),
            topic_states.kept(keepings.get(item.session.id)),
        )
        for item in shown
    ]


async def _per_minute(db: AsyncSession, session_id: uuid.UUID, now: datetime) -> tuple[int, ...]:
    since = now - SPARKLINE_MINUTES * MINUTE
    statement = select(Reaction.received_at).where(
        Reaction.session_id == session_id, Reaction.outcome == ACCEPTED, col(Reaction.received_at) > since
    )
    counts = [0] * SPARKLINE_MINUTES
    for received_at in await db.exec(statement):
        counts[min(int((received_at - since) / MINUTE), SPARKLINE_MINUTES - 1)] += 1
    return tuple(counts)


async def checked_recordings(db: AsyncSession, event_id: uuid.UUID) -> list[tuple[Session, Keeping]]:
    """The sessions of an event whose recordings have been checked, with the findings."""
    statement = (
        select(Session, Keeping)
        .join(Keeping, col(Keeping.session_id) == col(Session.id))
        .where(Session.event_id == event_id, col(Keeping.checked_at).is_not(None))
    )
    return [(session, kept) for session, kept in await db.exec(statement)]


async def double_bookings(db: AsyncSession, event_id: uuid.UUID) -> list[DoubleBooking]:
    """Every pair of overlapping sessions with a speaker in both, unless a session is over or cancelled."""
    statement = (
        select(Speaker, Session)
        .join(SessionSpeaker, col(SessionSpeaker.speaker_id) == col(Speaker.id))
        .join(Session, col(Session.id) == col(SessionSpeaker.session_id))
        .where(Session.event_id == event_id, col(Session.state).not_in(("ended", "cancelled")))
        .order_by(col(Speaker.id), col(Session.starts_at))
    )
    booked = (await db.exec(statement)).all()
    return [
        DoubleBooking(speaker, first, second)
        for n, (speaker, first) in enumerate(booked)
        for same, second in booked[n + 1 :]
        if same.id == speaker.id and second.starts_at < first.ends_at
    ]
