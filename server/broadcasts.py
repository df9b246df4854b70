"""Which session a segment's address belongs to, remembered for a second: a thousand viewers ask at once."""

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rooms.simulive import Programme
from server import films
from server.settings import Settings
from server.store.database import Change, Database
from server.store.films import broadcast_with_key

REMEMBERED_S = 1.0
"""How much later than the database another process's change may be seen here."""
MOST = 256
"""Sessions remembered at once; the one that was asked for longest ago makes room."""


class Source(NamedTuple):
    """Where a session's segments are read from, and what says which of them were sent."""

    directory: Path
    programme: Programme


class Broadcasts:
    """Finds sessions by media key. A key that is not known is not remembered: it may be made the next moment."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.database, self.settings, self.clock = database, settings, clock
        self._found: OrderedDict[str, tuple[float, Source]] = OrderedDict()

    async def with_key(self, media_key: str, *, fresh: bool = False) -> Source | None:
        """The session's film, as the database has it now (`fresh`) or had it a moment ago.

        None for another key, and when the film is not on this machine.
        """
        read_at, source = self._found.get(media_key, (0.0, None))
        if source is not None and not fresh and self.clock() - read_at < REMEMBERED_S:
            return source
        now = self.clock()
        async with self.database.reading() as db:
            broadcast = await broadcast_with_key(db, media_key)
        if broadcast is None:
            self._found.pop(media_key, None)
            return None
        try:
            programme = films.programme_of(self.settings, broadcast)
        except FileNotFoundError:
            return None
        source = Source(films.directory_of(self.settings, broadcast.film), programme)
        self._found[media_key] = now, source
        self._found.move_to_end(media_key)
        if len(self._found) > MOST:
            self._found.popitem(last=False)
        return source

    async def forget(self, changes: list[Change]) -> None:
        """Called after each commit: a session that was moved here is read anew."""
        if any(topic == "status" for _, topic, _ in changes):
            self._found.clear()
