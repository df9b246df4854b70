"""The interfaces of the rooms to the outside: the journal, the rows that they show, and the access to them."""

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
    """The outcome of a commit."""

    outcomes: dict[TapKey, Outcome]
    """The stored outcome of each key: an earlier arrival of the key may have set it."""
    counts: dict[uuid.UUID, Count]
    """The count of each session after the commit. Counts are global and only grow."""


class Journal(Protocol):
    """The durable log. Every method raises Unavailable when the database does not answer; it can be tried again."""

    async def store(self, taps: Sequence[Tap]) -> Stored:
        """Keep these reactions in one transaction, each key once, and return only after the commit.

        A tap that cannot be stored (its session is gone) is answered `no-such-session`; its neighbours are kept.
        """

    async def count(self, session: uuid.UUID) -> Count:
        """Read the count of a session's reactions."""

    async def drop(self, session: uuid.UUID, person: uuid.UUID, frames: int, *, at_ms: int) -> Count:
        """Note that a flood of `frames` was cut off at `at_ms`, epoch milliseconds; the session's count after it."""

    async def attend(self, stays: Collection[Stay]) -> None:
        """Write these stays, or extend those that are already written."""


class Row(NamedTuple):
    """The state of a row topic. The higher revision wins; 0 means that it never changed."""

    revision: int
    state: msgspec.Struct


class Rows(Protocol):
    """The row topics in the database. Both methods raise Unavailable when it does not answer."""

    async def load(self, room: str, topics: Collection[str]) -> dict[str, Row]:
        """Read these topics of one room. Raises UnknownRoom when there is no such event, session, stage or table."""

    async def revisions(self, rooms: Collection[str]) -> dict[tuple[str, str], int]:
        """Read the revision of every (room, topic) that ever changed."""


class Access(Protocol):
    """The admission of people to rooms. Both methods raise Unavailable when the database does not answer."""

    async def audience(self, sign_in: uuid.UUID, room: str) -> Audience | None:
        """Find the audience of a sign-in's person in a room; None when they may not enter.

        Raises UnknownRoom when there is no such event, session, stage or table.
        """

    async def audiences(self, sign_ins: Collection[uuid.UUID], room: str) -> dict[uuid.UUID, Audience]:
        """Find the audience of each of these sign-ins that may enter a room, in few statements.

        Raises UnknownRoom as `audience` does.
        """

    async def ended(self, sign_ins: Collection[uuid.UUID]) -> set[uuid.UUID]:
        """Find out which of these sign-ins have ended."""
