"""The timetable of the demo around a given time, in UTC, so that a change of the clocks does not disturb it.

Pure: the time is passed in, and it knows no rows. The days of the event are days in its zone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from server.demo.script import ScriptedSession

GAP = timedelta(minutes=5)
"""Time between a session and a repeat after it."""
AHEAD = timedelta(minutes=90)
"""Time ahead of now in which repeats fill every gap that is long enough for one."""


@dataclass(frozen=True, slots=True)
class AgendaSlot:
    """A slot on the agenda, with its address `slug`; `of` is the slug of the scripted session given (again) in it."""

    slug: str
    of: str
    starts_at: datetime
    ends_at: datetime

    def state(self, now: datetime) -> str:
        """The state of the session at `now`: scheduled, live or ended."""
        if now < self.starts_at:
            return "scheduled"
        return "live" if now < self.ends_at else "ended"


@dataclass(frozen=True, slots=True)
class Timetable:
    """Two consecutive days, one of them today, and their slots in the order of time."""

    first_day: date
    second_day: date
    slots: tuple[AgendaSlot, ...]


def lay_out(sessions: Iterable[ScriptedSession], now: datetime, zone: ZoneInfo) -> Timetable:
    """The agenda around `now` (aware), to the minute; days, and the hours of the second day, are those of `zone`.

    The first day is the day of the earliest session around `now`: today, or yesterday shortly after midnight.
    """
    sessions = list(sessions)
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    earliest = minute + timedelta(minutes=min(s.begins for s in sessions if s.begins is not None))
    first_day = earliest.astimezone(zone).date()
    second_day = first_day + timedelta(days=1)
    slots = [_slot(session, _start(session, minute, second_day, zone)) for session in sessions]
    return Timetable(first_day, second_day, tuple(sorted(slots, key=lambda slot: slot.starts_at)))


def shown_again(sessions: Iterable[ScriptedSession], laid: Iterable[AgendaSlot], now: datetime) -> list[AgendaSlot]:
    """The slots to add to the agenda that was `laid`, so that a next session always follows.

    The films are repeated in their order, in each gap of the next hour and a half that is long enough.
    """
    agenda = sorted(laid, key=lambda slot: slot.starts_at)
    repeats = _repeats([s for s in sessions if s.film and s.begins is not None], {slot.slug for slot in agenda})
    free_from = max([now, *(slot.ends_at for slot in agenda if slot.starts_at <= now)])
    coming = [slot for slot in agenda if slot.starts_at > now]
    added: list[AgendaSlot] = []
    session, slug = next(repeats)
    while free_from < now + AHEAD:
        starts_at = free_from + GAP
        ends_at = starts_at + timedelta(minutes=session.minutes)
        if coming and ends_at + GAP > coming[0].starts_at:
            free_from = max(free_from, coming.pop(0).ends_at)
            continue
        added.append(AgendaSlot(slug, session.slug, starts_at, ends_at))
        free_from = ends_at
        session, slug = next(repeats)
    return added


def _start(session: ScriptedSession, minute: datetime, second_day: date, zone: ZoneInfo) -> datetime:
    if session.begins is not None:
        return minute + timedelta(minutes=session.begins)
    if session.at is None:
        raise ValueError(f"{session.slug} has neither `begins` nor `at`")
    return datetime.combine(second_day, session.at, zone).astimezone(UTC)


def _slot(session: ScriptedSession, starts_at: datetime) -> AgendaSlot:
    return AgendaSlot(session.slug, session.slug, starts_at, starts_at + timedelta(minutes=session.minutes))


def _repeats(films: list[ScriptedSession], taken: set[str]) -> Iterator[tuple[ScriptedSession, str]]:
    """The films over and over, each with an address that is not taken: hearts-again, hearts-again-2…"""
    for turn in count(1):
        for session in films:
            slug = f"{session.slug}-again" if turn == 1 else f"{session.slug}-again-{turn}"
            if slug not in taken:
                yield session, slug
