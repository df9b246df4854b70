"""Who is in which room: people, not tabs, not processes. Told the time."""

import uuid
from collections import Counter

import msgspec

LEASE_MS = 45_000
"""How long another process's people are believed in without a word from it."""
BEAT_MS = 15_000
"""How often a process states its whole set."""


class Headcount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `headcount`: distinct people in the room now, the crew not counted."""

    count: int


class Presence:
    """The people in one room: this process's, by their open connections, and the other processes', under a lease."""

    def __init__(self) -> None:
        self._here: Counter[uuid.UUID] = Counter()
        self._elsewhere: dict[str, set[uuid.UUID]] = {}
        self._lease_ends: dict[str, int] = {}

    @property
    def here(self) -> set[uuid.UUID]:
        """Those with at least one connection to this process."""
        return set(self._here)

    @property
    def count(self) -> int:
        """The size of the union over processes."""
        return len(set(self._here).union(*self._elsewhere.values())) if self._elsewhere else len(self._here)

    def arrive(self, person: uuid.UUID) -> bool:
        """One more connection of this person; True when it is their first."""
        self._here[person] += 1
        return self._here[person] == 1

    def leave(self, person: uuid.UUID) -> bool:
        """One connection fewer; True when it was their last."""
        self._here[person] -= 1
        if self._here[person] > 0:
            return False
        del self._here[person]
        return True

    def hear_moved(self, process: str, person: uuid.UUID, *, present: bool, now: int) -> None:
        """Another process says that one person came or went."""
        people = self._elsewhere.setdefault(process, set())
        people.add(person) if present else people.discard(person)
        self._lease_ends[process] = now + LEASE_MS

    def hear_all(self, process: str, people: set[uuid.UUID], *, now: int) -> None:
        """Another process states everyone it has here."""
        self._elsewhere[process] = people
        self._lease_ends[process] = now + LEASE_MS

    def expire(self, *, now: int) -> bool:
        """Forget processes that have been silent for longer than their lease; True when there were any."""
        silent = [process for process, ends in self._lease_ends.items() if ends <= now]
        for process in silent:
            del self._elsewhere[process], self._lease_ends[process]
        return bool(silent)
