"""Attendance: a person's stays in a session while it runs and its picture or sound plays. Told the time.

A stay is one row that grows, so that a crash leaves a gap of at most `EXTEND_MS`, never an invented hour.
A moment is epoch milliseconds, as stays are stored.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

EXTEND_MS = 30_000


@dataclass(frozen=True, slots=True)
class Stay:
    """From when to when a person was there, epoch milliseconds; tabs and devices of one person share a stay."""

    session: uuid.UUID
    person: uuid.UUID
    started: int
    seen: int
    id: uuid.UUID = field(default_factory=uuid.uuid4)


class Stays:
    """The stays that this process watches, and those that are yet to be written."""

    def __init__(self) -> None:
        self._open: dict[uuid.UUID, dict[uuid.UUID, Stay]] = {}
        """By session and person."""
        self._observed: dict[uuid.UUID, int] = {}
        """When each session was last observed: a process that slept knows nothing of the time between."""
        self._unwritten: dict[uuid.UUID, Stay] = {}
        self._extend_at = 0
        """When all that go on are to be written, by the clock that nobody sets."""

    def observe(self, session: uuid.UUID, there: Collection[uuid.UUID], *, moment: int, end: int | None = None) -> None:
        """These people attend this session at `moment`; whoever is not among them has left.

        `end` is the session's actual end, beyond which no stay reaches. A clock that was set ends every stay.
        """
        attending = self._open.setdefault(session, {})
        until = moment if end is None else min(moment, end)
        last = self._observed.get(session, moment)
        if not 0 <= moment - last <= EXTEND_MS:
            self._finish(attending, attending.keys(), until=last)
        self._finish(attending, attending.keys() - set(there), until=until)
        for person in set(there) - attending.keys():
            stay = Stay(session, person, started=until, seen=until)
            attending[person] = self._unwritten[stay.id] = stay
        self._observed[session] = moment
        if not attending:
            del self._open[session], self._observed[session]

    def due(self, *, now: int) -> list[Stay]:
        """What to write now: stays begun and ended since the last time, and every 30 s all that go on."""
        if now >= self._extend_at:
            self._extend_at = now + EXTEND_MS
            for session, attending in self._open.items():
                for person, stay in attending.items():
                    attending[person] = self._unwritten[stay.id] = replace(stay, seen=self._observed[session])
        return list(self._unwritten.values())

    def written(self, stays: Iterable[Stay]) -> None:
        """These are stored; what changed in the meantime stays due."""
        for stay in stays:
            if self._unwritten.get(stay.id) == stay:
                del self._unwritten[stay.id]

    def _finish(self, attending: dict[uuid.UUID, Stay], people: Iterable[uuid.UUID], *, until: int) -> None:
        for person in tuple(people):
            stay = attending.pop(person)
            self._unwritten[stay.id] = replace(stay, seen=max(stay.seen, until))
