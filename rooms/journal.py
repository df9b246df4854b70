"""The interface to durable facts: what happened in a room and must outlive the process."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from rooms.attendance import Stay
from rooms.reactions import Count, Outcome, Tap, TapKey


@dataclass(frozen=True, slots=True)
class Stored:
    """What a commit left in the database."""

    outcomes: dict[TapKey, Outcome]
    """For each key that was asked about, the outcome stored under it, which an earlier arrival may have set."""
    counts: dict[uuid.UUID, Count]
    """For each session that was touched, its numbers after the commit. They are global, and only grow."""


class Journal(Protocol):
    """Writes. All raise Unavailable when the database does not answer; everything can then be tried again."""

    async def store(self, taps: Sequence[Tap]) -> Stored:
        """Keep these reactions in one transaction, each key once, and return only after the commit.

        A tap that cannot be stored (its session is gone) is answered `no-such-session`; its neighbours are kept.
        """

    async def count(self, session: uuid.UUID) -> Count:
        """What is stored of a session's reactions."""

    async def drop(self, session: uuid.UUID, person: uuid.UUID, frames: int, *, moment: int) -> Count:
        """Note that a flood of so many frames was cut off; `moment` is epoch milliseconds."""

    async def attend(self, stays: Collection[Stay]) -> None:
        """Write these stays, or extend those that are already written."""
