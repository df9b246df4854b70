"""Reactions: the credits of people, the inbox of taps, and the counts of sessions. Stores nothing.

All of `rooms` is told the time: `now_ms` is milliseconds of a monotonic clock, by which intervals are measured.
Times that are stored, or compared with stored ones, are epoch milliseconds.
"""

import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

import msgspec

from rooms.protocol import Emoji, Reason
from rooms.session import Wave

CREDIT_LIMIT = 10
CREDIT_REFILL_PER_S = 2.0
INBOX_LIMIT = 5_000
"""The taps that may wait before others are refused as busy. Refusals wait too, up to twice this limit."""

Outcome = Literal["accepted"] | Reason
K = TypeVar("K")


class TapKey(NamedTuple):
    """The identity of a reaction, however often it arrives."""

    person: uuid.UUID
    sender: str
    n: int


@dataclass(frozen=True, slots=True)
class Tap:
    """A reaction that reached the server, with the outcome that it has if its key is new."""

    key: TapKey
    session: uuid.UUID
    emoji: Emoji
    wave: Wave
    outcome: Outcome
    received_ms: int
    """Epoch milliseconds."""
    at_ms: int | None
    """Media time, epoch milliseconds."""


class Credits:
    """The credits of each person: 10, refilled 2 a second. Remembers only people who have spent some."""

    def __init__(self) -> None:
        self._spent: dict[uuid.UUID, tuple[float, int]] = {}
        """The credits left to each person, and the `now_ms` of that number."""

    def spend(self, person: uuid.UUID, *, now_ms: int) -> bool:
        """Take one credit; False when there is none."""
        left, since_ms = self._spent.get(person, (float(CREDIT_LIMIT), now_ms))
        left = min(float(CREDIT_LIMIT), left + (now_ms - since_ms) / 1000 * CREDIT_REFILL_PER_S)
        if left < 1:
            return False
        self._spent[person] = (left - 1, now_ms)
        return True

    def forget(self, *, now_ms: int) -> None:
        """Drop the people whose credits are full again."""
        full_ms = CREDIT_LIMIT / CREDIT_REFILL_PER_S * 1000
        self._spent = {person: spent for person, spent in self._spent.items() if now_ms - spent[1] < full_ms}


class Inbox:
    """The taps that wait for the next commit, in the order of their arrival. Bounded."""

    def __init__(self, limit: int = INBOX_LIMIT) -> None:
        self.limit = limit
        self._waiting: deque[Tap] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_busy(self) -> bool:
        """True when a tap that arrives now must be refused."""
        return len(self._waiting) >= self.limit

    def offer(self, tap: Tap) -> bool:
        """Let a tap wait. False when not even a refusal can: the tap is not answered, and its sender asks again."""
        if len(self._waiting) >= 2 * self.limit:
            return False
        self._waiting.append(tap)
        return True

    def take(self, most: int) -> list[Tap]:
        """Take the oldest taps, at most `most`."""
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def put_back(self, taps: Iterable[Tap]) -> None:
        """Return taps that could not be stored to the front, in order."""
        self._waiting.extendleft(reversed(list(taps)))


class Count(msgspec.Struct):
    """The counts of one session's reactions in the database. They only grow, so the larger number is the newer."""

    accepted: dict[Wave, dict[Emoji, int]] = {}
    refused: dict[Reason, int] = {}
    dropped: int = 0

    def raise_to(self, other: "Count") -> bool:
        """Keep the larger of each number; True when one grew."""
        grew = _raise(self.refused, other.refused)
        for wave, totals in other.accepted.items():
            grew |= _raise(self.accepted.setdefault(wave, {}), totals)
        if other.dropped > self.dropped:
            self.dropped, grew = other.dropped, True
        return grew


def _raise(mine: dict[K, int], theirs: Mapping[K, int]) -> bool:
    larger = {key: n for key, n in theirs.items() if n > mine.get(key, 0)}
    mine.update(larger)
    return bool(larger)
