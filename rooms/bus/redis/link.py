"""A link to one node of a Redis: it hears channels, publishes messages, and knows if it is alive."""

import asyncio
import struct
import time
from collections import Counter, deque
from collections.abc import Callable

from redis.asyncio.connection import AbstractConnection
from redis.crc import key_slot
from redis.exceptions import MovedError

from rooms import meters
from rooms.bus.redis.nodes import SILENCE_S, ask

BEAT_S = 1.0
"""The interval of a link's own beats, by which it knows within `SILENCE_S` that it hears nothing."""
QUEUE_LIMIT = 10_000
"""The messages that may wait to be sent; beyond them the oldest are lost."""
BATCH_LIMIT = 500


class Link:
    """Two connections to one node: one hears, the other speaks.

    `beat` is a channel that the node answers for. `heard` is called with a channel and a message on it; with None
    when the channel is heard from now on.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractConnection],
        beat: bytes,
        heard: Callable[[bytes, bytes | None], None],
    ) -> None:
        self.heard_at_s = time.monotonic()
        """The last time at which it heard its own beat, or its beginning, monotonic seconds."""
        self.beat_channel = beat
        self._connect, self._heard = connect, heard
        self._wanted = {beat}
        self._confirmed: set[bytes] = set()
        self._leaving: Counter[bytes] = Counter()
        """Unsubscriptions that the node has not confirmed yet. A further one means that the node gives slots away."""
        self._orders: deque[tuple[str, bytes]] = deque()
        self._ordered = asyncio.Event()
        self._queue: deque[tuple[bytes, bytes]] = deque()
        self._filled = asyncio.Event()
        self._said = asyncio.Event()
        self._is_up = False

    def say(self, channel: bytes, payload: bytes) -> None:
        """Send a message soon, or lose it: a link that is away or held up makes nobody wait."""
        if not self._is_up or len(self._queue) >= QUEUE_LIMIT:
            meters.UNSAID.inc()
        if not self._is_up:
            return
        if len(self._queue) >= QUEUE_LIMIT:
            self._queue.popleft()
        self._queue.append((channel, payload))
        self._said.clear()
        self._filled.set()

    async def said(self) -> None:
        """Wait until every message is sent."""
        if self._is_up:
            await self._said.wait()

    def want(self, channel: bytes) -> None:
        if channel not in self._wanted:
            self._wanted.add(channel)
            self._order("SSUBSCRIBE", channel)

    def leave(self, channel: bytes) -> None:
        if channel in self._wanted:
            self._wanted.discard(channel)
            self._confirmed.discard(channel)
            self._leaving[channel] += self._is_up
            self._order("SUNSUBSCRIBE", channel)

    def hears(self, channel: bytes) -> bool:
        return channel in self._confirmed

    async def live(self) -> None:
        """Hear and send until something fails. Raises RedisError and OSError, in groups too."""
        hearing, speaking = self._connect(), self._connect()
        try:
            await ask(hearing, "PING")
            await ask(speaking, "PING")
            self._begin()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear(hearing))
                tasks.create_task(self._subscribe(hearing))
                tasks.create_task(self._speak(speaking))
                tasks.create_task(self._beat())
        finally:
            self._is_up = False
            self._said.set()
            await hearing.disconnect(nowait=True)
            await speaking.disconnect(nowait=True)

    def _begin(self) -> None:
        self._queue.clear()
        self._said.set()
        self._confirmed.clear()
        self._leaving.clear()
        self._orders.clear()
        self._is_up = True
        for channel in self._wanted:
            self._order("SSUBSCRIBE", channel)

    def _order(self, command: str, channel: bytes) -> None:
        if self._is_up:
            self._orders.append((command, channel))
            self._ordered.set()

    async def _hear(self, hearing: AbstractConnection) -> None:
        while True:
            async with asyncio.timeout(SILENCE_S):
                kind, channel, payload = await hearing.read_response()
            if kind == b"smessage":
                if channel == self.beat_channel:
                    self._hear_beat(payload)
                else:
                    self._heard(channel, payload)
            elif kind == b"ssubscribe" and channel in self._wanted and not self._leaving[channel]:
                self._confirmed.add(channel)
                self._heard(channel, None)
            elif kind == b"sunsubscribe":
                self._leaving[channel] -= 1
                if self._leaving[channel] < 0:
                    raise MovedError(f"{key_slot(channel)} elsewhere:0")

    def _hear_beat(self, payload: bytes) -> None:
        self.heard_at_s = time.monotonic()
        (sent_at_s,) = struct.unpack("d", payload)
        meters.ROUND_TRIP.observe(self.heard_at_s - sent_at_s)

    async def _subscribe(self, hearing: AbstractConnection) -> None:
        while True:
            await self._ordered.wait()
            self._ordered.clear()
            orders = [self._orders.popleft() for _ in range(len(self._orders))]
            async with asyncio.timeout(SILENCE_S):
                await hearing.send_packed_command(hearing.pack_commands(orders), check_health=False)

    async def _speak(self, speaking: AbstractConnection) -> None:
        while True:
            await self._filled.wait()
            batch = [self._queue.popleft() for _ in range(min(BATCH_LIMIT, len(self._queue)))]
            commands = [("SPUBLISH", channel, payload) for channel, payload in batch]
            async with asyncio.timeout(SILENCE_S):
                await speaking.send_packed_command(speaking.pack_commands(commands), check_health=False)
                for _ in batch:
                    await speaking.read_response()
            if not self._queue:
                self._filled.clear()
                self._said.set()

    async def _beat(self) -> None:
        while True:
            self.say(self.beat_channel, struct.pack("d", time.monotonic()))
            await asyncio.sleep(BEAT_S)
