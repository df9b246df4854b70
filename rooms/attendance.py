"""Attendance: a person's stays in a session while it runs and its picture or sound plays. Told the time.

A stay is one row that grows, so that a crash leaves a gap of at most `EXTEND_MS`, never an invented hour.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

EXTEND_MS = 30_000


@dataclass(frozen=True, slots=True)
class Stay:
    """A span in which a person attended, epoch milliseconds. Tabs and devices of one person share a stay."""

    session: uuid.UUID
    person: uuid.UUID
    started_ms: int
    seen_ms: int
    id: uuid.UUID = field(default_factory=uuid.uuid4)


class Stays:
    """The stays that this process observes, and those that are still to be written."""

    def __init__(self) -> None:
        self._open: dict[uuid.UUID, dict[uuid.UUID, Stay]] = {}
        """The open stays, by session and person."""
        self._observed_ms: dict[uuid.UUID, int] = {}
        """The last observation of each session: a process that slept knows nothing of the time between."""
        self._unwritten: dict[uuid.UUID, Stay] = {}
        self._extend_at_ms = 0
        """The next time at which every open stay is written, milliseconds of the monotonic clock."""

    def observe(
        self, session: uuid.UUID, there: Collection[uuid.UUID], *, at_ms: int, end_ms: int | None = None
    ) -> None:
        """Note that exactly these people attend a session at `at_ms`; everybody else has left.

        `end_ms` is the session's actual end, beyond which no stay reaches. When the clock was set, every stay ends.
        """
        attending = self._open.setdefault(session, {})
        until_ms = at_ms if end_ms is None else min(at_ms, end_ms)
        last_ms = self._observed_ms.get(session, at_ms)
        if not 0 <= at_ms - last_ms <= EXTEND_MS:
            self._finish(attending, attending.keys(), until_ms=last_ms)
        self._finish(attending, attending.keys() - set(there), until_ms=until_ms)
        for person in set(there) - attending.keys():
            stay = Stay(session, person, started_ms=until_ms, seen_ms=until_ms)
            attending[person] = self._unwritten[stay.id] = stay
        self._observed_ms[session] = at_ms
        if not attending:
            del self._open[session], self._observed_ms[session]

    def due(self, *, now_ms: int) -> list[Stay]:
        """List the stays to write now: those begun or ended since the last time, and every 30 s all open ones."""
        if now_ms >= self._extend_at_ms:
            self._extend_at_ms = now_ms + EXTEND_MS
            for session, attending in self._open.items():
                for person, stay in attending.items():
                    attending[person] = self._unwritten[stay.id] = replace(stay, seen_ms=self._observed_ms[session])
        return list(self._unwritten.values())

    def written(self, stays: Iterable[Stay]) -> None:
        """Note that these stays are stored. A stay that changed in the meantime stays due."""
        for stay in stays:
            if self._unwritten.get(stay.id) == stay:
                del self._unwritten[stay.id]

    def _finish(self, attending: dict[uuid.UUID, Stay], people: Iterable[uuid.UUID], *, until_ms: int) -> None:
        for person in tuple(people):
            stay = attending.pop(person)
            self._unwritten[stay.id] = replace(stay, seen_ms=max(stay.seen_ms, until_ms))
