"""What the row topics say: each a function from an id to a state, or None when there is no such thing."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.session import Status
from rooms.topics.agenda import AgendaShown, SessionSummary
from rooms.topics.announcements import AnnouncementShown
from rooms.topics.keeping import Kept
from rooms.topics.registrations import Registrations
from rooms.topics.stage import Air, BackstageShown, SourceShown
from rooms.topics.tables import Lounge, Messages, MessageShown, Seats, SeatShown, TableSummary
from server.models import Event, Keeping, NetworkingTable, Session, Stage
from server.store import announcements, keeping, registrations, stages, tables

View = Callable[[AsyncSession, uuid.UUID], Awaitable[msgspec.Struct | None]]


def milliseconds(moment: datetime) -> int:
    """A stored moment as the rooms count: since 1970, UTC."""
    return round(moment.timestamp() * 1000)


async def announcement(db: AsyncSession, event_id: uuid.UUID) -> AnnouncementShown | None:
    if await db.get(Event, event_id) is None:
        return None
    shown = await announcements.current(db, event_id)
    return (
        AnnouncementShown(str(shown.id), shown.text, milliseconds(shown.created_at)) if shown else AnnouncementShown()
    )


async def agenda(db: AsyncSession, event_id: uuid.UUID) -> AgendaShown | None:
    if await db.get(Event, event_id) is None:
        return None
    rows = await db.exec(select(Session).where(Session.event_id == event_id).order_by(Session.starts_at, Session.title))  # type: ignore[arg-type]
    return AgendaShown(
        [
            SessionSummary(
                str(row.id),
                row.state,  # type: ignore[arg-type]
                milliseconds(row.starts_at),
                milliseconds(row.ends_at),
                row.recording,  # type: ignore[arg-type]
            )
            for row in rows
        ]
    )


async def registered(db: AsyncSession, event_id: uuid.UUID) -> Registrations | None:
    event = await db.get(Event, event_id)
    if event is None:
        return None
    return Registrations(
        await registrations.count(db, event_id, "confirmed"),
        await registrations.count(db, event_id, "waitlisted"),
        event.target,
    )


async def lounge(db: AsyncSession, event_id: uuid.UUID) -> Lounge | None:
    if await db.get(Event, event_id) is None:
        return None
    return Lounge(
        [
            TableSummary(
                str(each.table.id),
                each.table.state,
                each.free,
                sum(seat.state == "taken" for seat in each.seats),
                each.waiting,
            )
            for each in await tables.lounge(db, event_id)
        ]
    )


async def status(db: AsyncSession, session_id: uuid.UUID) -> Status | None:
    session = await db.get(Session, session_id)
    if session is None:
        return None
    return Status(
        session.state,  # type: ignore[arg-type]
        milliseconds(session.starts_at),
        milliseconds(session.ends_at),
        milliseconds(session.started_at) if session.started_at else None,
        milliseconds(session.ended_at) if session.ended_at else None,
        session.recording,  # type: ignore[arg-type]
    )


async def air_of_session(db: AsyncSession, session_id: uuid.UUID) -> Air | None:
    session = await db.get(Session, session_id)
    if session is None:
        return None
    return await air(db, session.stage_id) if session.stage_id else Air("none")


async def air(db: AsyncSession, stage_id: uuid.UUID) -> Air | None:
    stage = await db.get(Stage, stage_id)
    if stage is None:
        return None
    at = milliseconds(stage.at) if stage.at else None
    return Air(stage.state, at, await stages.is_signed(db, stage))  # type: ignore[arg-type]


async def backstage(db: AsyncSession, stage_id: uuid.UUID) -> BackstageShown | None:
    stage = await db.get(Stage, stage_id)
    if stage is None:
        return None
    sources = [
        SourceShown(
            str(each.id),
            str(each.person_id) if each.person_id else None,
            each.name,
            each.role,
            each.slot,
            each.state,  # type: ignore[arg-type]
            each.connection,
            each.is_on_air,
            each.id == stage.taken_id,
            each.id == stage.signing_id,
        )
        for each in await stages.sources_of(db, stage_id)
    ]
    return BackstageShown(sources, stage.follows_voice)


async def seats(db: AsyncSession, table_id: uuid.UUID) -> Seats | None:
    table = await db.get(NetworkingTable, table_id)
    found = table and await tables.table_with(db, table.event_id, table_id)
    if not found:
        return None
    return Seats(
        found.table.state,
        [
            SeatShown(
                seat.number,
                seat.state,
                seat.name,
                seat.organisation,
                host=seat.person_id is not None and found.is_hosted_by(seat.person_id),
            )
            for seat in found.seats
        ],
        found.free,
        found.waiting,
    )


async def messages(db: AsyncSession, table_id: uuid.UUID) -> Messages | None:
    if await db.get(NetworkingTable, table_id) is None:
        return None
    lines = await tables.last_messages(db, table_id)
    return Messages([MessageShown(str(line.id), line.name, line.text, milliseconds(line.sent_at)) for line in lines])  # type: ignore[arg-type]


async def kept(db: AsyncSession, session_id: uuid.UUID) -> Kept | None:
    if await db.get(Session, session_id) is None:
        return None
    return keeping.state_of(await db.get(Keeping, session_id))


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
"""By kind of room and topic: every row topic of `rooms.topics.TOPICS` has its view (a test holds it)."""
