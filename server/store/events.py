"""Events: their creation, their details, and the moves of their lifecycle."""

import secrets
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, Registration, Session
from server.rules.lifecycles import EVENT
from server.rules.local_time import read_wall, reading_at
from server.store import rights
from server.store.engine.revisions import event_room, raise_revision
from server.store.sessions import announce, running
from server.store.surveys import add_published

SALT_BYTES = 16


async def create(db: AsyncSession, **columns: Any) -> Event:
    """Create a draft event, with a random salt for its pseudonyms and with the published surveys."""
    event = Event(salt=secrets.token_bytes(SALT_BYTES), **columns)
    db.add(event)
    rights.changed(db, events=[event.id])
    await db.flush()
    await add_published(db, event, event.title)
    return event


async def with_slug(db: AsyncSession, slug: str) -> Event | None:
    """The event with this slug."""
    return (await db.exec(select(Event).where(Event.slug == slug))).first()


async def all_events(db: AsyncSession) -> Sequence[Event]:
    """Every event of this installation, the newest first."""
    return (await db.exec(select(Event).order_by(col(Event.starts_on).desc(), col(Event.slug)))).all()


async def open_events(db: AsyncSession) -> Sequence[Event]:
    """The events that are open, in the order of their days."""
    return (await db.exec(select(Event).where(Event.state == "open").order_by(col(Event.starts_on)))).all()


async def move(db: AsyncSession, event_id: uuid.UUID, name: str) -> bool:
    """Make a move of `lifecycles.EVENT`; False when the event's state does not allow it."""
    step = EVENT[name]
    moved = await db.exec(
        update(Event).where(col(Event.id) == event_id, col(Event.state).in_(step.sources)).values(state=step.target)
    )
    if moved.rowcount == 1:
        rights.changed(db, events=[event_id])
        await raise_revision(db, event_room(event_id), "agenda")
        for session in await running(db, event_id):
            await announce(db, session)
    return bool(moved.rowcount == 1)


async def change(db: AsyncSession, event: Event, **columns: Any) -> None:
    """Write an event's details. In a new zone every session keeps its wall time, so its start and end move.

    Raises TwoReadings when a session's wall time has two readings in the new zone, or none.
    """
    zone_before = event.zone
    for name, value in columns.items():
        setattr(event, name, value)
    db.add(event)
    rights.changed(db, events=[event.id])
    if event.zone != zone_before:
        await _move_to_zone(db, event)
    await raise_revision(db, event_room(event.id), "agenda")
    await raise_revision(db, event_room(event.id), "registrations")


async def _move_to_zone(db: AsyncSession, event: Event) -> None:
    zone = ZoneInfo(event.zone)
    for session in await db.exec(select(Session).where(Session.event_id == event.id)):
        session.starts_at = read_wall(datetime.fromisoformat(session.starts_local), zone).at
        session.ends_at = read_wall(datetime.fromisoformat(session.ends_local), zone).at
        db.add(session)
        await announce(db, session)


async def check_zone(db: AsyncSession, event_id: uuid.UUID, zone: str) -> None:
    """Raises TwoReadings when a session's wall time has two readings in this zone, or none."""
    for session in await db.exec(select(Session).where(Session.event_id == event_id)):
        for wall in (session.starts_local, session.ends_local):
            read_wall(datetime.fromisoformat(wall), ZoneInfo(zone))


async def sessions_outside(db: AsyncSession, event: Event, first: date, last: date) -> Sequence[Session]:
    """The sessions that would lie outside these days in the event's zone, except those that are over or cancelled."""
    zone = ZoneInfo(event.zone)
    begins, ends = (datetime.combine(day, datetime.min.time(), zone) for day in (first, last + timedelta(days=1)))
    statement = select(Session).where(
        Session.event_id == event.id,
        (col(Session.starts_at) < begins) | (col(Session.starts_at) >= ends),
        col(Session.state).not_in(("ended", "cancelled")),
    )
    return (await db.exec(statement)).all()


async def has_begun(db: AsyncSession, event_id: uuid.UUID) -> bool:
    """True once any session has been started: from then on the event's hours are facts."""
    statement = select(func.count()).where(Session.event_id == event_id, col(Session.started_at).is_not(None))
    return (await db.exec(statement)).one() > 0


async def registered(db: AsyncSession, event_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Counter[str]]:
    """The number of registrations in each state of each of these events."""
    statement = (
        select(Registration.event_id, Registration.state, func.count())
        .where(col(Registration.event_id).in_(event_ids))
        .group_by(col(Registration.event_id), Registration.state)
    )
    found: dict[uuid.UUID, Counter[str]] = {event_id: Counter() for event_id in event_ids}
    for event_id, state, n in await db.exec(statement):
        found[event_id][state] = n
    return found


def today(event: Event, now: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end of the present day in the event's zone, as aware datetimes."""
    day = reading_at(now, ZoneInfo(event.zone)).wall.date()
    zone = ZoneInfo(event.zone)
    begins, ends = (datetime.combine(each, datetime.min.time(), zone) for each in (day, day + timedelta(days=1)))
    return begins, ends
