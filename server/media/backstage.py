"""Ends what people send and watch backstage once they have lost the right to."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import structlog
from starlette.applications import Starlette

from server.media.line import MediaAway, MediaLine
from server.store import backstage, stages
from server.store.engine.database import Database
from server.store.rights import RightsChanged

PAUSE_S = 0.1
"""The least time between two times of asking."""
LINE_OPENS_S = 60.0
"""The time between two looks at whether the media process is reached."""
log = structlog.get_logger("plenary.backstage")


class Backstage:
    """Asks about every connection of the media process again when rights have changed.

    Every web process asks: ending a connection twice is no harm, and the one that a person came by may be gone.
    """

    def __init__(self, database: Database, line: MediaLine) -> None:
        self.database, self.line = database, line
        self._doubted = asyncio.Event()

    def doubt(self, changed: RightsChanged) -> None:
        """Have it asked about again, unless only recordings changed."""
        if changed.people or changed.events or changed.is_unknown:
            self._doubted.set()

    def doubt_all(self) -> None:
        """Have it asked about again: a connection that may not stay has been seen."""
        self._doubted.set()

    async def wait(self) -> None:
        """Wait until it is to be asked, and the media process is reached."""
        await self._doubted.wait()
        while not await self.line.opens(LINE_OPENS_S):
            pass

    async def ask_again(self) -> None:
        """End every connection that may not stay. What fails is done again."""
        self._doubted.clear()
        found: dict[UUID, set[str]] = defaultdict(set)
        try:
            for stage, connection in await self.line.connections():
                found[UUID(stage)].add(connection)
            for stage_id, connections in found.items():
                await self._ask(stage_id, connections)
        except Exception:
            self._doubted.set()
            raise

    async def _ask(self, stage_id: UUID, connections: set[str]) -> None:
        async with self.database.reading() as db:
            gone = connections - await backstage.may_stay(db, stage_id, connections)
        for connection in sorted(gone):
            log.info("a connection ended with its rights", stage=str(stage_id))
            async with self.database.writing() as db:
                at = await stages.stage_at(db, stage_id)
                if at is not None:
                    await stages.note(db, at[0], connection, "left", datetime.now(UTC))
            await self.line.let_go(str(stage_id), connection)


async def ask_again(app: Starlette) -> None:
    """A duty: wait until rights have changed, then ask again."""
    await app.state.backstage.wait()
    with suppress(MediaAway):
        await app.state.backstage.ask_again()
