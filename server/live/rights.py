"""Hears in one process that somebody's rights have changed, and tells everything there that stays open."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from starlette.applications import Starlette

from rooms.bus import HOUSE, Bus, BusMessage, RightsRaised
from rooms.hub import Hub
from server.store import rights
from server.store.engine.database import Change, Database
from server.store.rights import RightsChanged

LOOK_S = 1.0
"""The time between two looks at the database when the bus says nothing."""
PAUSE_S = 0.1
"""The least time between two looks: many people may be registered at once."""

log = structlog.get_logger("plenary.rights")

Obey = Callable[[RightsChanged], None]


class RightsWatch:
    """Reads which rights have changed since it last looked. `obeying` is called with them, and must not wait."""

    def __init__(self, database: Database, bus: Bus, *obeying: Obey) -> None:
        self.database, self.obeying = database, list(obeying)
        self._revision: int | None = None
        """The revision that was reached at the last look; None before the first."""
        self._raised = asyncio.Event()
        self._looking = asyncio.Lock()
        bus.subscribe(HOUSE, self._hear)

    async def look(self) -> None:
        """Look for changes, and have them obeyed. At the first look anybody's rights may have changed."""
        async with self._looking:
            self._raised.clear()
            async with self.database.reading() as db:
                changed = await rights.changes_since(db, self._revision)
            self._revision = changed.revision
            if changed:
                for obey in self.obeying:
                    obey(changed)

    async def note(self, changes: list[Change]) -> None:
        """Look at once when rights were changed here, before the answer says so; called after each commit."""
        if any(topic == rights.TOPIC for _, topic, _ in changes):
            try:
                await self.look()
            except Exception:
                log.exception("rights that have changed here could not be read")
                self._raised.set()

    async def wait(self) -> None:
        """Wait for word of a change, at most `LOOK_S`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._raised.wait()

    def _hear(self, message: BusMessage) -> None:
        if isinstance(message, RightsRaised) and message.revision > (self._revision or 0):
            self._raised.set()


def in_rooms(hub: Hub) -> Obey:
    """Make the rooms obey: whoever is in doubt is asked about again, and a whole event when everybody there is."""

    def obey(changed: RightsChanged) -> None:
        if changed.events or changed.is_unknown:
            hub.doubt_all()
        elif changed.people:
            hub.doubt(changed.people)

    return obey


async def watch(app: Starlette) -> None:
    """A duty: look, then wait for the next change."""
    await app.state.rights.look()
    await app.state.rights.wait()
