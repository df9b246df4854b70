"""The rows of the rooms over SQL: states by the table of views, and revisions."""

import uuid
from collections.abc import Collection

from rooms.errors import UnknownRoom
from rooms.outside import Row
from server.live.availability import answering
from server.live.views import VIEWS
from server.store.engine import revisions
from server.store.engine.database import Database

MOST_AT_ONCE = 1_000
"""The most rooms in one statement."""


class SqlRows:
    """Implements `rooms.outside.Rows`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def load(self, room: str, topics: Collection[str]) -> dict[str, Row]:
        """Read the revisions before the states, so that a state is at least as new as the revision it bears."""
        kind, _, key = room.partition(":")
        rows = {}
        async with answering(), self.database.reading() as db:
            reached = await revisions.revisions_of(db, [room])
            for topic in topics:
                state = await VIEWS[kind, topic](db, uuid.UUID(key))
                if state is None:
                    raise UnknownRoom(room)
                rows[topic] = Row(reached.get((room, topic), 0), state)
        return rows

    async def revisions(self, rooms: Collection[str]) -> dict[tuple[str, str], int]:
        asked, found = list(rooms), dict[tuple[str, str], int]()
        async with answering(), self.database.reading() as db:
            for start in range(0, len(asked), MOST_AT_ONCE):
                found |= await revisions.revisions_of(db, asked[start : start + MOST_AT_ONCE])
        return found
