"""What the rooms need from outside, as small interfaces: the journal, the rows they show, and who may enter."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec

from rooms.attendance import Stay
from rooms.protocol import Audience
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

    async def drop(self, session: uuid.UUID, person: uuid.UUID, frames: int, *, at_ms: int) -> Count:
        """Note that a flood of so many frames was cut off; `at_ms` is epoch milliseconds."""

    async def attend(self, stays: Collection[Stay]) -> None:
        """Write these stays, or extend those that are already written."""


class Row(NamedTuple):
    """A topic's state as it is stored. The higher revision wins; 0 means it never changed."""

    revision: int
    state: msgspec.Struct


class Rows(Protocol):
    """Reads. Both raise Unavailable when the database does not answer."""

    async def load(self, room: str, topics: Collection[str]) -> dict[str, Row]:
        """These topics of one room. Raises UnknownRoom when there is no such event, session or table."""

    async def revisions(self, rooms: Collection[str]) -> dict[tuple[str, str], int]:
        """The revision of every (room, topic) that ever changed, in one query."""


class Access(Protocol):
    """Who may be in a room, and as whom."""

    async def audience(self, sign_in: uuid.UUID, room: str) -> Audience | None:
        """The audience in which this sign-in's person listens; None when they may not enter.

        Raises UnknownRoom when there is no such event, session or table; Unavailable when nobody can say now.
        """

    async def ended(self, sign_ins: Collection[uuid.UUID]) -> set[uuid.UUID]:
        """Those of these sign-ins that have ended. Raises Unavailable when nobody can say now."""
