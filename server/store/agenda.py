"""The agenda as people read it: each session with its track, its speakers and its state."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Bookmark, Event, Session, SessionSpeaker, Speaker, Track
from server.rules.local_time import local_date
from server.store.engine.upserts import insert_into


@dataclass(frozen=True)
class Item:
    """One session on the agenda.

    `state` is the state that readers are shown: scheduled, late, live, paused, ended, on-demand or cancelled.
    """

    session: Session
    track: Track | None
    speakers: tuple[Speaker, ...]
    state: str

    @property
    def names(self) -> list[str]:
        """The speakers' names."""
        return [speaker.name for speaker in self.speakers]

    @property
    def is_on(self) -> bool:
        """True while the session is live or paused."""
        return self.state in ("live", "paused")


@dataclass(frozen=True)
class NowAndNext:
    """The sessions that are on now, those that come next and those that can be watched again, in the order of time."""

    live: tuple[Item, ...]
    next: tuple[Item, ...]
    """The sessions that share the next start."""
    on_demand: tuple[Item, ...]
    """The newest first."""


def shown_state(session: Session, event: Event, now: datetime) -> str:
    """The state of a session that readers are shown (see `Item`)."""
    if session.state == "ended":
        return "on-demand" if is_on_demand(session, event, now) else "ended"
    if session.state == "scheduled" and session.starts_at <= now:
        return "late"
    return session.state


def is_on_demand(session: Session, event: Event, now: datetime) -> bool:
    """True when the recording can be watched: it is open, and the day on which recordings close is not over."""
    is_closed = local_date(now, event.zone) > event.recordings_until
    return session.state == "ended" and session.recording == "open" and not is_closed


async def closed_recordings(db: AsyncSession, now: datetime) -> set[uuid.UUID]:
    """The sessions that have ended and whose recordings nobody can watch any more, because their day is over."""
    statement = select(Session.id, Event).join(Event, col(Event.id) == col(Session.event_id))
    found = await db.exec(statement.where(Session.state == "ended"))
    return {session_id for session_id, event in found if local_date(now, event.zone) > event.recordings_until}


async def agenda(db: AsyncSession, event: Event, now: datetime) -> list[Item]:
    """Every session of the event in the order of time."""
    return await items(db, event, await sessions_of(db, event.id), now)


async def sessions_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Session]:
    """Every session of an event in the order of time."""
    statement = select(Session).where(Session.event_id == event_id).order_by(col(Session.starts_at), col(Session.title))
    return (await db.exec(statement)).all()


async def item(db: AsyncSession, event: Event, session: Session, now: datetime) -> Item:
    """One session as an item of the agenda."""
    return (await items(db, event, [session], now))[0]


async def items(db: AsyncSession, event: Event, sessions: Sequence[Session], now: datetime) -> list[Item]:
    """Sessions of the event as items of the agenda, in the order given."""
    tracks = {track.id: track for track in await tracks_of(db, event.id)}
    speakers = await speakers_of(db, [session.id for session in sessions])
    return [
        Item(
            session,
            tracks.get(session.track_id) if session.track_id else None,
            tuple(speakers.get(session.id, ())),
            shown_state(session, event, now),
        )
        for session in sessions
    ]


async def tracks_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Track]:
    """The event's tracks in their order."""
    statement = select(Track).where(Track.event_id == event_id).order_by(col(Track.position), col(Track.title))
    return (await db.exec(statement)).all()


async def speakers_of(db: AsyncSession, session_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Speaker]]:
    """The speakers of each of these sessions, in their order."""
    statement = (
        select(SessionSpeaker.session_id, Speaker)
        .join(Speaker, col(Speaker.id) == col(SessionSpeaker.speaker_id))
        .where(col(SessionSpeaker.session_id).in_(session_ids))
        .order_by(col(SessionSpeaker.position))
    )
    found: dict[uuid.UUID, list[Speaker]] = {}
    for session_id, speaker in await db.exec(statement):
        found.setdefault(session_id, []).append(speaker)
    return found


async def speakers_at(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Speaker]:
    """The speakers of the event, in their order."""
    statement = select(Speaker).where(Speaker.event_id == event_id)
    return (await db.exec(statement.order_by(col(Speaker.position), col(Speaker.name)))).all()


def now_and_next(agenda: Sequence[Item]) -> NowAndNext:
    """The present, the next and the on-demand sessions of an agenda that is in the order of time."""
    waiting = [item for item in agenda if item.state in ("scheduled", "late")]
    first = waiting[0].session.starts_at if waiting else None
    return NowAndNext(
        live=tuple(item for item in agenda if item.is_on),
        next=tuple(item for item in waiting if item.session.starts_at == first),
        on_demand=tuple(reversed([item for item in agenda if item.state == "on-demand"])),
    )


def by_day(agenda: Sequence[Item], zone: str) -> dict[date, list[Item]]:
    """The items of the agenda by day, in this time zone."""
    days: dict[date, list[Item]] = {}
    for item in agenda:
        days.setdefault(local_date(item.session.starts_at, zone), []).append(item)
    return days


async def bookmarks_of(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """The ids of this event's sessions that are in the person's own agenda."""
    statement = (
        select(Bookmark.session_id)
        .join(Session, col(Session.id) == col(Bookmark.session_id))
        .where(Session.event_id == event_id, Bookmark.person_id == person_id)
    )
    return frozenset(await db.exec(statement))


async def bookmark(db: AsyncSession, person_id: uuid.UUID, session_id: uuid.UUID, *, kept: bool) -> None:
    """Put a session into a person's own agenda, or take it out when not `kept`. Doing so twice changes nothing more."""
    if kept:
        row = Bookmark(person_id=person_id, session_id=session_id)
        await db.exec(insert_into(db, Bookmark).values(**row.model_dump()).on_conflict_do_nothing())
    else:
        mine = delete(Bookmark).where(col(Bookmark.person_id) == person_id, col(Bookmark.session_id) == session_id)
        await db.exec(mine)
