"""Attendance: a person's stays in a session while it runs and its picture or sound plays. Told the time.

A stay is one row that grows, so that a crash leaves a gap of at most `EXTEND_MS`, never an invented hour.
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
        self._extended = 0

    def observe(self, session: uuid.UUID, there: Collection[uuid.UUID], *, now: int, end: int | None = None) -> None:
        """These people attend this session at `now`; whoever is not among them has left.

        `end` is the session's actual end, beyond which no stay reaches.
        """
        attending = self._open.setdefault(session, {})
        until = now if end is None else min(now, end)
        last = self._observed.get(session, now)
        if now - last > EXTEND_MS:
            self._finish(attending, attending.keys(), until=last)
        self._finish(attending, attending.keys() - set(there), until=until)
        for person in set(there) - attending.keys():
            stay = Stay(session, person, started=until, seen=until)
            attending[person] = self._unwritten[stay.id] = stay
        self._observed[session] = now
        if not attending:
            del self._open[session], self._observed[session]

    def due(self, *, now: int) -> list[Stay]:
        """What to write now: stays begun and ended since the last time, and every 30 s all that go on."""
        if now - self._extended >= EXTEND_MS:
            self._extended = now
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
