"""The readiness of a process: its database takes a write, and has the schema of this version."""

import asyncio
import time
from collections.abc import Callable

import structlog

from server.store.engine.availability import Trouble, cause_of, trouble_of
from server.store.engine.database import Database

WITHIN_S = 2.0
"""The time in which the database must take a write, or it is in trouble."""
HOLDS_S = 1.0
"""The time for which a finding holds: any number of probes write once in it."""

log = structlog.get_logger("plenary.readiness")


class Readiness:
    """Tries a write for those who probe, and logs the beginning and the end of each trouble.

    `newest` finds the revision of the schema that this version needs.
    """

    def __init__(self, database: Database, newest: Callable[[], str | None]) -> None:
        self._database, self._find_newest = database, newest
        self._newest: str | None = None
        self._found: Trouble | None = None
        self._holds_until_s = self._began_s = 0.0
        self._finding = asyncio.Lock()

    async def trouble(self) -> Trouble | None:
        """The trouble that the database is in; None when it takes a write."""
        async with self._finding:
            if time.monotonic() >= self._holds_until_s:
                self._note(*await self._try())
                self._holds_until_s = time.monotonic() + HOLDS_S
        return self._found

    async def _try(self) -> tuple[Trouble | None, str]:
        """The trouble, and its cause in the database's own words."""
        try:
            revision = await self._database.touch(WITHIN_S)
            if self._newest is None:
                self._newest = await asyncio.to_thread(self._find_newest)
        except Exception as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            return trouble, cause_of(error)
        if revision != self._newest:
            return Trouble.SCHEMA, f"it has {revision}, and this version of Plenary {self._newest}"
        return None, ""

    def _note(self, found: Trouble | None, cause: str) -> None:
        if found is self._found:
            return
        now_s = time.monotonic()
        if self._found is not None:
            log.warning("the trouble is over", trouble=self._found.value, after_s=round(now_s - self._began_s, 1))
        if found is not None:
            log.error("not ready", trouble=found.value, cause=cause)
            self._began_s = now_s
        self._found = found
