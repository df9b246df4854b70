"""The interface to what a room shows of the database: the states of its row topics, and their revisions."""

from collections.abc import Collection
from typing import NamedTuple, Protocol

import msgspec


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
