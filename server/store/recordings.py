"""Recordings: the library of those that can be watched, their lengths, and each person's progress."""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import case, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.playback.simulive import Pause
from server.models import Attendance, Event, Film, Keeping, Session, Tally, WatchProgress
from server.rules.lifecycles import paused_for
from server.store import agenda
from server.store.agenda import Item
from server.store.engine.upserts import insert_into
from server.store.sessions import pauses_of


@dataclass(frozen=True)
class ListedRecording:
    """A session that can be watched again."""

    item: Item
    length_s: float
    claps: int
    progress: WatchProgress | None
    is_new: bool
    """True when the viewer has not been in the session, live or on demand."""

    @property
    def position_s(self) -> float:
        """The viewer's position, in seconds of the recording."""
        return self._kept(self.progress.position) if self.progress else 0.0

    @property
    def watched_s(self) -> float:
        """The furthest position that the viewer has reached, in seconds of the recording."""
        return self._kept(self.progress.watched) if self.progress else 0.0

    def _kept(self, film_s: float) -> float:
        return min(max(0.0, film_s - self.item.session.trim_start), self.length_s)


async def library(db: AsyncSession, event: Event, person_id: uuid.UUID, now: datetime) -> list[ListedRecording]:
    """The recordings that a person can watch, the newest first."""
    items = agenda.now_and_next(await agenda.agenda(db, event, now)).on_demand
    sessions = [item.session for item in items]
    ids = [session.id for session in sessions]
    lengths = await lengths_of(db, sessions)
    claps = await claps_of(db, ids)
    seen = await seen_by(db, person_id, ids)
    mine = select(WatchProgress).where(WatchProgress.person_id == person_id, col(WatchProgress.session_id).in_(ids))
    progress = {row.session_id: row for row in await db.exec(mine)}
    return [
        ListedRecording(
            item,
            lengths[item.session.id],
            claps.get(item.session.id, 0),
            progress.get(item.session.id),
            item.session.id not in seen,
        )
        for item in items
    ]


async def lengths_of(db: AsyncSession, sessions: Sequence[Session]) -> dict[uuid.UUID, float]:
    """The length of each recording after trimming, in seconds. It is approximate, since cuts lie between segments."""
    whole = await whole_lengths_of(db, sessions)
    return {session.id: _kept_of(session, whole[session.id]) for session in sessions}


async def whole_lengths_of(db: AsyncSession, sessions: Sequence[Session]) -> dict[uuid.UUID, float]:
    """The length of each session before trimming, in seconds.

    It is what the check found of a stage's recording, else the time for which the session was live, but never more
    than its film: a film that was repeated is recorded once.
    """
    pauses = await pauses_of(db, [session.id for session in sessions])
    of_stages = [session.id for session in sessions if session.film_id is None]
    films = await durations_of(db, [session.film_id for session in sessions if session.film_id])
    checked = (col(Keeping.session_id).in_(of_stages), col(Keeping.checked_at).is_not(None))
    found = dict((await db.exec(select(Keeping.session_id, Keeping.seconds).where(*checked))).all())
    return {
        session.id: min(
            found.get(session.id) or _ran_for(session, pauses.get(session.id, [])),
            films.get(session.film_id or session.id, math.inf),
        )
        for session in sessions
    }


async def durations_of(db: AsyncSession, film_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, float]:
    """The length of each film, in seconds."""
    found = await db.exec(select(Film.id, Film.duration).where(col(Film.id).in_(film_ids)))
    return dict(found.all())


def _kept_of(session: Session, length_s: float) -> float:
    """The length that trimming leaves of a session."""
    ends_s = length_s if session.trim_end is None else min(length_s, session.trim_end)
    return max(0.0, ends_s - session.trim_start)


def _ran_for(session: Session, pauses: Sequence[Pause]) -> float:
    if session.started_at is None or session.ended_at is None:
        return 0.0
    return max(0.0, (session.ended_at - session.started_at - paused_for(pauses, session.ended_at)).total_seconds())


async def claps_of(db: AsyncSession, session_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The number of claps for each session, live and on demand."""
    statement = (
        select(Tally.session_id, func.sum(Tally.n))
        .where(col(Tally.session_id).in_(session_ids), Tally.emoji == "clap")
        .group_by(col(Tally.session_id))
    )
    return {session_id: int(n) for session_id, n in await db.exec(statement)}


async def seen_by(db: AsyncSession, person_id: uuid.UUID, session_ids: Sequence[uuid.UUID]) -> frozenset[uuid.UUID]:
    """The ids of the given sessions that the person has attended, live or on demand."""
    found: set[uuid.UUID] = set()
    for relation in (Attendance, WatchProgress):
        mine = select(relation.session_id).where(relation.person_id == person_id)
        found |= set(await db.exec(mine.where(col(relation.session_id).in_(session_ids))))
    return frozenset(found)


async def progress_of(db: AsyncSession, person_id: uuid.UUID, session_id: uuid.UUID) -> WatchProgress | None:
    """A person's progress in a recording."""
    return await db.get(WatchProgress, (person_id, session_id))


async def keep_progress(
    db: AsyncSession, person_id: uuid.UUID, session_id: uuid.UUID, position_s: float, watched_s: float, now: datetime
) -> None:
    """Store a person's position, in seconds of the film (see `rooms.playback.cuts`).

    The furthest position only grows, whichever device reports it.
    """
    statement = insert_into(db, WatchProgress).values(
        person_id=person_id, session_id=session_id, position=position_s, watched=watched_s, updated_at=now
    )
    further = case((col(WatchProgress.watched) > watched_s, col(WatchProgress.watched)), else_=watched_s)
    await db.exec(
        statement.on_conflict_do_update(
            index_elements=["person_id", "session_id"],
            set_={"position": position_s, "watched": further, "updated_at": now},
        )
    )
