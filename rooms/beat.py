"""The beat of the rooms: the tick, the commits, the reading of rows, and the look around once a second."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial

from rooms import meters
from rooms.attendance import Stays
from rooms.bus import Counted
from rooms.errors import Unavailable, UnknownRoom
from rooms.hub import Hub
from rooms.presence import BEAT_MS
from rooms.receivers import PART

TICK_S = 0.1
STORED_WITHIN_S = 0.08
"""The longest that a tick waits for its commit, to show it at once; a slower commit is shown by a later tick."""
LOOK_S = 1.0
LAG_EVERY_S = 1.0
RECOUNT_MS = 4_000
RETRY_S = 0.5
"""The pause between two tries at a database that does not answer."""

logger = logging.getLogger(__name__)


class Beat:
    """The tasks of one hub. A test takes each step by hand, at a time that it sets."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.stays = Stays()
        self._state_at_ms = 0
        """The next time at which this process states everyone it has, milliseconds of the monotonic clock."""
        self._recount_at_ms = 0
        """The next time at which the counts of open sessions are read: another process's word of them may be lost."""
        self._storing: asyncio.Task[None] | None = None
        self._store_at_s = 0.0
        """The earliest next commit, monotonic seconds: until then the database is left to other writers."""
        self._paused_at_s = 0.0

    async def run(self) -> None:
        """Run until cancelled. A surprise in one task ends them all: no live rooms are better than wrong ones."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._every(TICK_S, partial(self._move, tasks)))
            tasks.create_task(self._every(LOOK_S, self.look))
            tasks.create_task(self._every(LOOK_S, self.attend))
            tasks.create_task(self._read_when_stale())
            tasks.create_task(_feel_lag())

    def tick(self) -> int:
        """Write the changes of every room to its members. Returns the number of frames written."""
        return sum(self.ticking())

    def ticking(self) -> Iterator[int]:
        """Do as `tick` does, in the parts of `Room.publishing`."""
        now_ms = self.hub.steady_ms()
        if self.hub.neighbours.settle():
            self._recount_at_ms = 0
            self.hub.suspect_sign_ins()
        with meters.TICK.time():
            for room in tuple(self.hub.rooms.values()):
                for written in room.publishing(now_ms=now_ms):
                    meters.FRAMES.inc(written)
                    yield written

    async def commit(self) -> None:
        """Store the reactions that wait and show them. While the database is away the rooms say so."""
        if not self.hub.intake.inbox:
            return
        try:
            with meters.COMMIT.time():
                counts = await self.hub.intake.commit()
        except Unavailable as error:
            self._pause(error)
            return
        self._go_on()
        for session, count in counts.items():
            name = f"session:{session}"
            if name in self.hub.rooms:
                self.hub.rooms[name].raise_count(count)
            self.hub.bus.publish(name, Counted(name, count))

    async def read(self) -> None:
        """Read the rows that are newer than what is shown, end ended sign-ins, and ask about those in doubt.

        A topic that can change who may listen is shown only after its members were admitted again. When that fails,
        the topic is read again later.
        """
        unread = self.hub.unread.take()
        try:
            await self.hub.end_sign_ins(unread.sign_ins)
            await self.hub.ask_again(unread.doubtful)
        except Unavailable:
            self.hub.unread.put_back(unread)
        for name, topics in unread.topics.items():
            room = self.hub.rooms.get(name)
            if room is None:
                continue
            try:
                rows = await self.hub.rows.load(name, topics)
                if any(room.topics[topic].readmits for topic in topics):
                    await self.hub.readmit(room)
                for topic, row in rows.items():
                    room.put(topic, row)
            except (Unavailable, UnknownRoom):
                continue
            except Exception:
                logger.exception("room %s failed", name)
                self.hub.fail(room)

    async def look(self) -> None:
        """Compare revisions, state who is here and forget what is over, once a second."""
        hub, now_ms = self.hub, self.hub.steady_ms()
        hub.intake.credits.forget(now_ms=now_ms)
        if hub.bus_away == hub.bus.is_whole:
            hub.miss_bus(not hub.bus.is_whole)
            logger.warning("the bus is %s", "away: this process does not hear the others" if hub.bus_away else "back")
        hub.close_empty()
        self._measure()
        self._state_presence(now_ms)
        try:
            if hub.rooms:
                for (name, topic), revision in (await hub.rows.revisions(tuple(hub.rooms))).items():
                    hub.note(name, topic, revision)
            await self._recount(now_ms)
            hub.unread.try_again()
        except Unavailable as error:
            self._pause(error)
        else:
            if not hub.intake.inbox:
                self._go_on()

    async def attend(self) -> None:
        """Observe who attends the sessions that run and write the stays that are due, once a second.

        A stay that the database does not take stays due. A slow disk delays nothing else.
        """
        at_ms = self.hub.epoch_ms()
        for room in self.hub.rooms.values():
            if status := room.status:
                there = room.watchers() if status.is_running else set()
                self.stays.observe(room.key, there, at_ms=at_ms, end_ms=status.ended_at)
        with suppress(Unavailable):
            await self._write_stays()

    async def leave(self) -> None:
        """Say at the end of the process that it has nobody here, and end the stays that it observed."""
        at_ms = self.hub.epoch_ms()
        self.hub.neighbours.say_goodbye()
        for room in self.hub.rooms.values():
            if room.is_session:
                self.stays.observe(room.key, (), at_ms=at_ms)
        await self._write_stays()

    def _pause(self, error: Unavailable) -> None:
        """Say in every room that reactions wait, and once in the log, with the reason."""
        if not self.hub.paused:
            logger.warning("reactions wait for the database: %s", error)
            self._paused_at_s = time.monotonic()
        self.hub.pause(True)

    def _go_on(self) -> None:
        if self.hub.paused:
            logger.warning("the database takes reactions again, after %.0f s", time.monotonic() - self._paused_at_s)
            self.hub.pause(False)

    async def _recount(self, now_ms: int) -> None:
        if now_ms < self._recount_at_ms:
            return
        self._recount_at_ms = now_ms + RECOUNT_MS
        for room in tuple(self.hub.rooms.values()):
            if room.is_session:
                room.raise_count(await self.hub.journal.count(room.key))

    async def _write_stays(self) -> None:
        if due := self.stays.due(now_ms=self.hub.steady_ms()):
            await self.hub.journal.attend(due)
            self.stays.written(due)

    def _measure(self) -> None:
        hub = self.hub
        meters.ROOMS.set(len(hub.rooms))
        meters.WAITING.set(len(hub.intake.inbox))
        meters.WHOLE.set(hub.bus.is_whole)

    def _state_presence(self, now_ms: int) -> None:
        for room in self.hub.rooms.values():
            room.expire(now_ms=now_ms)
        if now_ms >= self._state_at_ms:
            self._state_at_ms = now_ms + BEAT_MS
            self.hub.suspect_sign_ins()
            self.hub.neighbours.state_all()

    async def _move(self, tasks: asyncio.TaskGroup) -> None:
        """Take a tick: begin a commit unless one is in flight, and show what has changed.

        Other tasks have their turn after every part of a large room.
        """
        is_free = self._storing is None or self._storing.done()
        if is_free and self.hub.intake.inbox and time.monotonic() >= self._store_at_s:
            self._storing = tasks.create_task(self._store())
        if self._storing:
            await asyncio.wait([self._storing], timeout=STORED_WITHIN_S)
        written = 0
        for part in self.ticking():
            written += part
            if written >= PART:
                written = 0
                await asyncio.sleep(0)

    async def _store(self) -> None:
        """Commit, then leave the database alone for as long as the commit took, or for `RETRY_S` after a failure."""
        began_s = time.monotonic()
        await self.commit()
        ended_s = time.monotonic()
        self._store_at_s = ended_s + (RETRY_S if self.hub.paused else ended_s - began_s)

    async def _read_when_stale(self) -> None:
        while True:
            await self.hub.unread.wait()
            await self.read()

    async def _every(self, every_s: float, step: Callable[[], Awaitable[None]]) -> None:
        """Take the step on a fixed beat. A step that overruns is followed by a pause of a tenth of its time."""
        while True:
            began_s = time.monotonic()
            await step()
            took_s = time.monotonic() - began_s
            await asyncio.sleep(max(every_s - took_s, took_s / 10))


async def _feel_lag() -> None:
    """Measure the lag of the event loop until cancelled."""
    while True:
        asleep_at_s = time.monotonic()
        await asyncio.sleep(LAG_EVERY_S)
        meters.LAG.observe(max(0.0, time.monotonic() - asleep_at_s - LAG_EVERY_S))
