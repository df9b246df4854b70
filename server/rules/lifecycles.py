"""Lifecycles as tables of moves, for sessions, recordings, events, stages and registrations.

Pure: states and times, no rows.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rooms.playback.simulive import Pause


class Move(NamedTuple):
    """A change of state: from any of `sources` to `target`."""

    sources: frozenset[str]
    target: str


Lifecycle = Mapping[str, Move]
"""The moves of one kind of thing, by their verbs."""


def _move(sources: str, target: str) -> Move:
    return Move(frozenset(sources.split()), target)


SESSION: Lifecycle = {
    "start": _move("scheduled", "live"),
    "pause": _move("live", "paused"),
    "resume": _move("paused", "live"),
    "end": _move("live paused", "ended"),
    "take-up": _move("ended", "live"),
    "cancel": _move("scheduled", "cancelled"),
    "reinstate": _move("cancelled", "scheduled"),
}
TAKEN_UP_WITHIN = timedelta(minutes=15)
"""The time after its end in which a session is taken up again that somebody, or a wrong clock, ended by mistake."""
RECORDING: Lifecycle = {
    "open": _move("ready withdrawn", "open"),
    "withdraw": _move("open ready", "withdrawn"),
}
"""A recording begins as `none`; the end of its session makes it `ready`, or `open` at once."""
EVENT: Lifecycle = {
    "open": _move("draft", "open"),
    "close": _move("open", "closed"),
    "reopen": _move("closed", "open"),
}
STAGE: Lifecycle = {
    "count-down": _move("standby clear", "countdown"),
    "go": _move("standby countdown clear", "on-air"),
    "clear": _move("countdown on-air", "clear"),
    "stand-by": _move("clear", "standby"),
}
REGISTRATION: Lifecycle = {
    "hold": _move("waitlisted", "held"),
    "confirm": _move("waitlisted held", "confirmed"),
    "release": _move("held", "released"),
    "come-back": _move("released cancelled", "waitlisted"),
    "cancel": _move("held confirmed waitlisted", "cancelled"),
}
"""A registration begins as `waitlisted`. A place is `held` until its person comes in, which confirms it."""
PLACED = frozenset({"held", "confirmed"})
"""The states of a registration that has a place."""


def moves_from(lifecycle: Lifecycle, state: str) -> list[str]:
    """The moves that are possible in a state, in the table's order."""
    return [name for name, move in lifecycle.items() if state in move.sources]


def session_moves(state: str, ended_at: datetime | None, now: datetime) -> list[str]:
    """The moves that are possible for a session now, in the table's order."""
    is_late = ended_at is None or now - ended_at >= TAKEN_UP_WITHIN
    return [name for name in moves_from(SESSION, state) if not (name == "take-up" and is_late)]


def paused_for(pauses: Sequence[Pause], now: datetime) -> timedelta:
    """The time that a session has been paused in all."""
    return sum(((pause.resumed_at or now) - pause.paused_at for pause in pauses), timedelta())


class SessionHours(NamedTuple):
    """A session's scheduled start and end, and its actual start."""

    starts_at: datetime
    ends_at: datetime
    started_at: datetime


def end_due(hours: SessionHours, pauses: Sequence[Pause], film: timedelta | None, now: datetime) -> datetime:
    """The time at which the clock ends a live session: its scheduled end, or its film's end where that is later.

    Pauses are added. A session that began after its scheduled end keeps its scheduled length.
    """
    began_late = hours.started_at >= hours.ends_at
    planned = hours.started_at + (hours.ends_at - hours.starts_at) if began_late else hours.ends_at
    film_over = hours.started_at + film if film else planned
    return max(planned, film_over) + paused_for(pauses, now)
