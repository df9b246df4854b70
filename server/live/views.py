"""The views of the row topics: each reads the state of an event, session, stage or table; None when there is none."""

import uuid
from collections.abc import Awaitable, Callable

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.session import Status
from rooms.topics.agenda import AgendaShown
from rooms.topics.announcements import AnnouncementShown
from rooms.topics.keeping import Kept
from rooms.topics.registrations import Registrations
from rooms.topics.stage import Air, BackstageShown
from rooms.topics.tables import Lounge, Messages, Seats
from server.models import Event, Keeping, NetworkingTable, Session, Stage
from server.store import announcements, registrations, stages, tables, topic_states
from server.store.agenda import sessions_of

View = Callable[[AsyncSession, uuid.UUID], Awaitable[msgspec.Struct | None]]


async def announcement(db: AsyncSession, event_id: uuid.UUID) -> AnnouncementShown | None:
    if await db.get(Event, event_id) is None:
        return None
    return topic_states.announcement(await announcements.current(db, event_id))


async def agenda(db: AsyncSession, event_id: uuid.UUID) -> AgendaShown | None:
    if await db.get(Event, event_id) is None:
        return None
    return topic_states.agenda(await sessions_of(db, event_id))


async def registered(db: AsyncSession, event_id: uuid.UUID) -> Registrations | None:
    event = await db.get(Event, event_id)
    return topic_states.registrations(event, await registrations.counts(db, event_id)) if event else None


async def lounge(db: AsyncSession, event_id: uuid.UUID) -> Lounge | None:
    if await db.get(Event, event_id) is None:
        return None
    return topic_states.lounge(await tables.lounge(db, event_id))


async def status(db: AsyncSession, session_id: uuid.UUID) -> Status | None:
    session = await db.get(Session, session_id)
    if session is None:
        return None
    return topic_states.status(session, event_state=(await db.get_one(Event, session.event_id)).state)


async def air_of_session(db: AsyncSession, session_id: uuid.UUID) -> Air | None:
    session = await db.get(Session, session_id)
    if session is None:
        return None
    return await air(db, session.stage_id) if session.stage_id else topic_states.air(None)


async def air(db: AsyncSession, stage_id: uuid.UUID) -> Air | None:
    stage = await db.get(Stage, stage_id)
    return topic_states.air(stage, is_signed=await stages.is_signed(db, stage)) if stage else None


async def backstage(db: AsyncSession, stage_id: uuid.UUID) -> BackstageShown | None:
    stage = await db.get(Stage, stage_id)
    return topic_states.backstage(stage, await stages.sources_of(db, stage_id)) if stage else None


async def seats(db: AsyncSession, table_id: uuid.UUID) -> Seats | None:
    table = await db.get(NetworkingTable, table_id)
    found = table and await tables.table_with(db, table.event_id, table_id)
    return topic_states.seats(found) if found else None


async def messages(db: AsyncSession, table_id: uuid.UUID) -> Messages | None:
    if await db.get(NetworkingTable, table_id) is None:
        return None
    return topic_states.messages(await tables.last_messages(db, table_id))


async def kept(db: AsyncSession, session_id: uuid.UUID) -> Kept | None:
    if await db.get(Session, session_id) is None:
        return None
    return topic_states.kept(await db.get(Keeping, session_id))


VIEWS: dict[tuple[str, str], View] = {
    ("event", "announcement"): announcement,
    ("event", "agenda"): agenda,
    ("event", "lounge"): lounge,
    ("event", "registrations"): registered,
    ("session", "status"): status,
    ("session", "air"): air_of_session,
    ("session", "kept"): kept,
    ("stage", "air"): air,
    ("stage", "backstage"): backstage,
    ("table", "seats"): seats,
    ("table", "messages"): messages,
}
"""The views by kind of room and topic: every row topic of `rooms.topics.TOPICS` has its view (a test holds it)."""
