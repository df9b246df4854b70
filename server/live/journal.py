"""The rooms' journal over SQL. It answers only after the commit."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import DataError, IntegrityError

from rooms.attendance import Stay
from rooms.outside import Stored
from rooms.reactions import Count, Tap
from server.live.availability import answering
from server.store import attendance, reactions
from server.store.engine.database import Database

T = TypeVar("T")


class SqlJournal:
    """Implements `rooms.outside.Journal`, on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def store(self, taps: Sequence[Tap]) -> Stored:
        stored = Stored({}, {})

        async def keep(part: Sequence[Tap]) -> None:
            kept = await self.database.write(partial(reactions.keep, part))
            stored.outcomes.update(kept.outcomes)
            for session, count in kept.counts.items():
                stored.counts.setdefault(session, Count()).raise_to(count)

        for bad in await each_that_fits(taps, keep):
            stored.outcomes[bad.key] = "no-such-session"
        return stored

    async def count(self, session: uuid.UUID) -> Count:
        async with answering(), self.database.reading() as db:
            return await reactions.count(db, session)

    async def drop(self, session: uuid.UUID, person: uuid.UUID, frames: int, *, at_ms: int) -> Count:
        async with answering(), self.database.writing() as db:
            return await reactions.note_dropped(db, session, person, frames, reactions.datetime_of(at_ms))

    async def attend(self, stays: Collection[Stay]) -> None:
        async def extend(part: Sequence[Stay]) -> None:
            async with self.database.writing() as db:
                await attendance.extend(db, part)

        await each_that_fits(list(stays), extend)


async def each_that_fits(rows: Sequence[T], write: Callable[[Sequence[T]], Awaitable[None]]) -> list[T]:
    """Write all rows in one transaction. When the database refuses one, write each half in a transaction of its own.

    Returns the rows that it refuses even alone, so that they do not fail their neighbours.
    """
    try:
        async with answering():
            await write(rows)
        return []
    except (IntegrityError, DataError):
        if len(rows) == 1:
            return list(rows)
    middle = len(rows) // 2
    return await each_that_fits(rows[:middle], write) + await each_that_fits(rows[middle:], write)
