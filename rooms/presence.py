"""Presence: the people in a room, not tabs, not processes. Told the time."""

import uuid
from collections import Counter

LEASE_MS = 45_000
"""The lease on another process's people: without a word from it they are forgotten."""
BEAT_MS = 15_000
"""The interval at which a process states all of its people."""


class Presence:
    """The people in one room: this process's, by their open connections, and the other processes', under a lease."""

    def __init__(self) -> None:
        self._here: Counter[uuid.UUID] = Counter()
        self._moved: set[uuid.UUID] = set()
        """The people who came or left since the other processes were last told."""
        self._elsewhere: dict[str, set[uuid.UUID]] = {}
        self._lease_ends_ms: dict[str, int] = {}
        self._count: int | None = None
        """The size of the union, once it is computed and until somebody moves."""

    @property
    def here(self) -> set[uuid.UUID]:
        """The people with at least one connection to this process."""
        return set(self._here)

    @property
    def count(self) -> int:
        """The number of people over all processes."""
        if self._count is None:
            self._count = len(set(self._here).union(*self._elsewhere.values())) if self._elsewhere else len(self._here)
        return self._count

    def arrive(self, person: uuid.UUID) -> bool:
        """Note one more connection of a person; True when it is their first."""
        self._here[person] += 1
        return self._here[person] == 1 and self._note_move(person)

    def leave(self, person: uuid.UUID) -> bool:
        """Note one connection fewer of a person; True when it was their last."""
        self._here[person] -= 1
        if self._here[person] > 0:
            return False
        del self._here[person]
        return self._note_move(person)

    def state(self) -> set[uuid.UUID]:
        """List everyone here, for the other processes."""
        self._moved.clear()
        return self.here

    def take_moves(self) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
        """List the people who came and the people who left since the last call, for the other processes."""
        moved, self._moved = self._moved, set()
        came = {person for person in moved if person in self._here}
        return came, moved - came

    def hear_moved(self, process: str, came: set[uuid.UUID], left: set[uuid.UUID], *, now_ms: int) -> None:
        """Take in that people came to another process, and that others left it."""
        self._hear(process, (self._elsewhere.get(process, set()) | came) - left, now_ms=now_ms)

    def hear_all(self, process: str, people: set[uuid.UUID], *, now_ms: int) -> None:
        """Take in everyone whom another process has here."""
        self._hear(process, people, now_ms=now_ms)

    def forget(self, process: str) -> bool:
        """Forget another process's people; True when it had any."""
        self._count = None
        self._lease_ends_ms.pop(process, None)
        return self._elsewhere.pop(process, None) is not None

    def expire(self, *, now_ms: int) -> bool:
        """Forget the people of processes whose lease has run out; True when there were such processes."""
        silent = [process for process, ends in self._lease_ends_ms.items() if ends <= now_ms]
        for process in silent:
            self.forget(process)
        return bool(silent)

    def _hear(self, process: str, people: set[uuid.UUID], *, now_ms: int) -> None:
        self._count = None
        self._elsewhere[process] = people
        self._lease_ends_ms[process] = now_ms + LEASE_MS

    def _note_move(self, person: uuid.UUID) -> bool:
        self._count = None
        self._moved.add(person)
        return True
