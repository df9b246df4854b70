"""Directs the media process by the database, and notes in the database what the media process reports.

Every half second while a stage is wanted, and whenever a stage changes here, the directions for each stage are compared
with those that were last sent. While no stage is wanted, both duties rest.
"""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import structlog
from starlette.applications import Starlette

from rooms.control import Arrived, Direct, News, ProgrammeProgress, SourceGone, SourcesPresent, Took
from server.media.line import MediaAway, MediaLine, MediaRefused
from server.running.duties import REST_S
from server.store import keeping, stages
from server.store.engine.database import Change, Database

EVERY_S = 0.5
KNOCKS_EVERY_S = 0.1
"""The time between two attempts to connect while a stage is wanted: publishers wait for the media process."""
PAUSE_S = 0.02
"""The least time between two looks at the database."""
UNWANTED_S = REST_S
"""The longest time between two looks at whether a stage is wanted, and between two attempts to connect while none is:
another web process may have made it wanted, or have started the media process."""
log = structlog.get_logger("plenary.conductor")


class Conductor:
    """One web process's part in directing the stages. Several web processes may send the same directions."""

    def __init__(self, database: Database, line: MediaLine) -> None:
        self.database, self.line = database, line
        self._said: dict[str, Direct] = {}
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._asks_again_s = 0.0
        """The monotonic time at which the database is next asked whether a stage is wanted."""

    async def note(self, changes: list[Change]) -> None:
        """Look again when a stage or a session changed; called after each commit."""
        if any(room.startswith("stage:") or topic == "status" for room, topic, _ in changes):
            self._changed.set()

    async def listen(self) -> None:
        """Hear the media process while the line holds, then connect again: soon, when a stage is wanted."""
        while True:
            self._said.clear()
            await self.line.run(self._hear)
            await asyncio.sleep(KNOCKS_EVERY_S)
            await come(self._wanted, UNWANTED_S)

    async def direct(self) -> None:
        """Wait for a change or half a second, then send new directions."""
        await come(self._changed, EVERY_S if self._wanted.is_set() else self._asks_again_s - time.monotonic())
        now = datetime.now(UTC)
        if self._changed.is_set() or time.monotonic() >= self._asks_again_s:
            self._changed.clear()
            await self._ask(now)
        elif not self._wanted.is_set():
            return
        await self._keep_time(now)
        if self.line.is_open:
            await self._say()

    async def _ask(self, now: datetime) -> None:
        async with self.database.reading() as db:
            is_wanted = await stages.is_any_wanted(db, now)
        if is_wanted:
            self._wanted.set()
        else:
            self._wanted.clear()
        self._asks_again_s = time.monotonic() + UNWANTED_S

    async def _keep_time(self, now: datetime) -> None:
        async with self.database.reading() as db:
            due = await stages.due(db, now)
        for stage, move in due:
            async with self.database.writing() as db:
                await stages.move(db, stage, move, at=now)

    async def _say(self) -> None:
        async with self.database.reading() as db:
            wanted = await stages.directions(db)
        for stage in self._said.keys() - wanted.keys():
            wanted[stage] = Direct(stage, None, None, [], False)
        for stage, call in wanted.items():
            if self._said.get(stage) != call:
                try:
                    await self.line.tell(call)
                except (MediaAway, MediaRefused) as error:
                    log.warning("a stage could not be directed", stage=stage, reason=repr(error))
                    continue
                self._said[stage] = call

    async def _hear(self, news: News) -> None:
        now = datetime.now(UTC)
        async with self.database.writing() as db:
            if isinstance(news, SourcesPresent):
                since = datetime.fromtimestamp(news.since_s, UTC)
                await stages.note_present(db, {source for _, source in news.sources}, since, now)
                return
            if isinstance(news, ProgrammeProgress):
                await keeping.note(db, UUID(news.programme), datetime_of(news.safe_up_to_s), news.troubles)
                return
            found = await stages.stage_at(db, UUID(news.stage))
            if found is None:
                return
            match news:
                case Arrived():
                    await stages.note(db, found[0], news.source, "here", now)
                case SourceGone():
                    await stages.note(db, found[0], news.source, "lost", now)
                case Took():
                    await stages.note_taken(db, found[0], news.source)


async def come(event: asyncio.Event, within_s: float) -> None:
    """Wait for an event, at most `within_s`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()


def datetime_of(epoch_s: float | None) -> datetime | None:
    """A time as the media process tells it, seconds since 1970."""
    return None if epoch_s is None else datetime.fromtimestamp(epoch_s, UTC)


async def listen(app: Starlette) -> None:
    """A duty: hear the media process."""
    await app.state.conductor.listen()


async def direct(app: Starlette) -> None:
    """A duty: direct the media process."""
    await app.state.conductor.direct()
