"""The demo's sessions as rows. Each start of the demo lays them anew, that is, moves them to hours around that start.

A session in which a real person attended, reacted or answered is set aside: it keeps its rows under an address with
its date. Every other session of the script keeps its row, and with it its bookmarks, and moves to its new hour.
"""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.demo.script import Script
from server.demo.timetable import AgendaSlot
from server.models import (
    Attendance,
    DroppedFrames,
    Event,
    Reaction,
    Response,
    Session,
    SessionPause,
    SessionSpeaker,
    Survey,
    Tally,
    WatchInterval,
    WatchProgress,
)
from server.rules.local_time import WALL, reading_at
from server.store import sessions

SHOWN_AGAIN = re.compile(r"(?P<of>.+?)-again(-\d+)?")
STILL_FRESH = timedelta(minutes=2)
"""A demo that is started again within this time keeps its agenda."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The ids of the rows to which sessions refer, by their slugs in the script; stages by their titles."""

    tracks: Mapping[str, uuid.UUID]
    speakers: Mapping[str, uuid.UUID]
    films: Mapping[str, uuid.UUID]
    stages: Mapping[str, uuid.UUID]


async def sessions_of(db: AsyncSession, event: Event) -> dict[str, Session]:
    """Every session of the event, by slug."""
    found = await db.exec(select(Session).where(Session.event_id == event.id))
    return {session.slug: session for session in found}


def is_fresh(rows: Mapping[str, Session], slots: Iterable[AgendaSlot]) -> bool:
    """True when the agenda was laid at most `STILL_FRESH` ago: every scripted session starts that close to its slot."""
    laid = {slug: session.starts_at for slug, session in rows.items()}
    return all(
        slot.slug in laid and timedelta() <= slot.starts_at - laid[slot.slug] <= STILL_FRESH
        for slot in slots
        if slot.slug == slot.of
    )


def slots_of(rows: Iterable[Session]) -> list[AgendaSlot]:
    """The present agenda as slots, including sessions that an organiser added, which have their own slug as `of`."""
    return [AgendaSlot(row.slug, _scripted(row.slug), row.starts_at, row.ends_at) for row in rows]


async def lay_agenda(
    db: AsyncSession,
    event: Event,
    script: Script,
    slots: Iterable[AgendaSlot],
    cast: Cast,
    crowd: Collection[uuid.UUID],
    now: datetime,
) -> list[Session]:
    """Move the script's sessions into their slots, delete what the crowd did in them, and return those that have begun.

    `crowd` holds the ids of the synthetic people: their attendance does not keep a session where it was.
    """
    free = await _free_rows(db, event, script, crowd, now)
    laid = []
    for slot in slots:
        session = free.get(slot.slug) or await add_session(db, event, script, slot, cast)
        _place(session, slot, ZoneInfo(event.zone), now)
        laid.append(session)
        await sessions.announce(db, session)
    await db.flush()
    return [session for session in laid if session.state != "scheduled"]


async def add_session(db: AsyncSession, event: Event, script: Script, slot: AgendaSlot, cast: Cast) -> Session:
    """Add a scheduled session for a slot, as the script describes it, with its speakers."""
    scripted = script.session(slot.of)
    session = Session(
        event_id=event.id,
        track_id=cast.tracks[scripted.track],
        film_id=cast.films.get(scripted.film) if scripted.film else None,
        stage_id=cast.stages.get(scripted.stage) if scripted.stage else None,
        slug=slot.slug,
        title=scripted.title if slot.slug == slot.of else f"Shown again: {scripted.title}",
        abstract=scripted.abstract.strip(),
        kind=scripted.kind,
        starts_local="",
        ends_local="",
        media_key="",
    )
    _place(session, slot, ZoneInfo(event.zone), slot.starts_at - timedelta(seconds=1))
    db.add(session)
    await db.flush()
    for position, slug in enumerate(scripted.speakers):
        db.add(SessionSpeaker(session_id=session.id, speaker_id=cast.speakers[slug], position=position))
    return session


async def _free_rows(
    db: AsyncSession, event: Event, script: Script, crowd: Collection[uuid.UUID], now: datetime
) -> dict[str, Session]:
    """The rows of the script's sessions, by slug, that no real person took part in.

    Sessions that a real person took part in are set aside; other repeats ("Shown again: …") are deleted.
    """
    scripted = {session.slug for session in script.sessions}
    taken_part_in = await _taken_part_in(db, event, crowd)
    free: dict[str, Session] = {}
    for slug, session in (await sessions_of(db, event)).items():
        if _scripted(slug) not in scripted:
            continue
        if session.id in taken_part_in:
            await _set_aside(db, session, now)
        elif slug in scripted:
            await _clear(db, session)
            free[slug] = session
        else:
            await db.delete(session)
    await db.flush()
    return free


def _scripted(slug: str) -> str:
    """The slug of the scripted session behind an address: hearts for both hearts and hearts-again-2."""
    again = SHOWN_AGAIN.fullmatch(slug)
    return again["of"] if again else slug


def _place(session: Session, slot: AgendaSlot, zone: ZoneInfo, now: datetime) -> None:
    """Move a session to its slot, with the state that it has at `now` on the timetable."""
    state = slot.state(now)
    session.starts_at, session.ends_at = slot.starts_at, slot.ends_at
    session.starts_local = reading_at(slot.starts_at, zone).wall.strftime(WALL)
    session.ends_local = reading_at(slot.ends_at, zone).wall.strftime(WALL)
    session.state = state
    session.started_at = slot.starts_at if state != "scheduled" else None
    session.ended_at = slot.ends_at if state == "ended" else None
    session.recording = "open" if state == "ended" and session.film_id else "none"
    session.media_key = sessions.new_media_key()


async def _set_aside(db: AsyncSession, session: Session, now: datetime) -> None:
    """Give a session an address with its day and hour. A live session ends; a scheduled one is cancelled."""
    for move in ("end", "cancel"):
        await sessions.move(db, session, move, now=min(session.ends_at, now))
    session.slug = f"{session.slug}-{re.sub('[T:]', '-', session.starts_local)}"
    session.auto = False
    await sessions.announce(db, session)


async def _clear(db: AsyncSession, session: Session) -> None:
    """Delete what the crowd did in a session that moves."""
    for relation in (Attendance, Reaction, Tally, SessionPause, WatchProgress, WatchInterval):
        await db.exec(delete(relation).where(col(relation.session_id) == session.id))


async def _taken_part_in(db: AsyncSession, event: Event, crowd: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """The ids of sessions with a fact of a real person, and of sessions whose stage may have sent something."""
    ours = select(Session.id).where(Session.event_id == event.id)
    begun = ours.where(col(Session.stage_id).is_not(None), col(Session.started_at).is_not(None))
    found: set[uuid.UUID] = set(await db.exec(begun))
    for relation in (Attendance, Reaction, WatchProgress, WatchInterval, DroppedFrames):
        found.update(
            await db.exec(
                select(relation.session_id).where(
                    col(relation.session_id).in_(ours), col(relation.person_id).not_in(crowd)
                )
            )
        )
    answered = select(Survey.session_id).join(Response).where(col(Survey.session_id).in_(ours))
    found.update(session_id for session_id in await db.exec(answered) if session_id)
    return found
