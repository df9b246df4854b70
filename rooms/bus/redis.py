"""The bus over Redis 7 or Valkey, one server or a cluster: sharded publish and subscribe, which keeps nothing.

There is a link to each node that answers for channels. What a link says while it is away is lost, and its subscribers
are told Listening when it is back: none of it is the truth.
"""

import asyncio
import logging
import random
import secrets
import struct
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from typing import Any, Literal

import msgspec
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.crc import key_slot
from redis.exceptions import MovedError, RedisError

from rooms import meters
from rooms.bus import Hear, Listening, Message
from rooms.bus.ears import Ears

BEAT_S = 1.0
SILENCE_S = 3.0
"""A link that hears nothing for so long, not even its own beat, is half open or held up: it connects anew."""
AWAY_AFTER_S = 4.0
"""So long after the last beat the bus is no longer whole: a quick restart is nobody's business."""
BACK_OFF_S = (0.1, 2.0)
SAID_WITHIN_S = 0.5
"""How long the last words of a process that ends may take."""
QUEUE_LIMIT = 10_000
"""Messages that wait to be sent; above it the oldest are lost."""
BATCH_LIMIT = 500
SLOTS = 16_384
"""Of a cluster; a single server answers for all of them."""

Address = tuple[str, int]
Span = tuple[int, int, Address | None]
"""The first and the last of some slots, and the node that answers for them; None: the one in the address."""

logger = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


class Link:
    """Two connections to one node: one hears, the other speaks.

    `beat` is a channel that the node answers for. `heard` is called with a channel and what was said on it, or None
    when the channel is heard from now on.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractConnection],
        beat: bytes,
        heard: Callable[[bytes, bytes | None], None],
    ) -> None:
        self.heard_at = time.monotonic()
        """When it last heard its own beat, or began."""
        self.beat_channel = beat
        self._connect, self._heard = connect, heard
        self._wanted = {beat}
        self._confirmed: set[bytes] = set()
        self._leaving: Counter[bytes] = Counter()
        """Unsubscriptions that the node has not confirmed yet: another one comes from a node that gives slots away."""
        self._orders: deque[tuple[str, bytes]] = deque()
        self._ordered = asyncio.Event()
        self._queue: deque[tuple[bytes, bytes]] = deque()
        self._filled = asyncio.Event()
        self._said = asyncio.Event()
        self._is_up = False

    def say(self, channel: bytes, payload: bytes) -> None:
        """Send it soon, or lose it: nothing that is away or held up makes anybody wait."""
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
        """Wait until nothing waits to be said any more."""
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
        """Until something is amiss. Raises RedisError and OSError, in groups too."""
        hearing, speaking = self._connect(), self._connect()
        try:
            await _ask(hearing, "PING")
            await _ask(speaking, "PING")
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
        self.heard_at = time.monotonic()
        (sent_at,) = struct.unpack("d", payload)
        meters.ROUND_TRIP.observe(self.heard_at - sent_at)

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


class RedisBus:
    """`prefix` keeps the channels of one installation apart from another's on the same Redis."""

    def __init__(self, url: str, prefix: str) -> None:
        self._pool = _pool(url)
        self._prefix = prefix.encode()
        self._token = secrets.token_bytes(8)
        """Goes before each message: what this process said itself it has heard already."""
        self._ears = Ears()
        self._links: dict[Address | None, Link] = {}
        self._keepers: dict[Address | None, asyncio.Task[None]] = {}
        self._by_slot: list[Link | None] = []
        self._began = time.monotonic()
        self._astray = asyncio.Event()
        """Some link is lost, so another node may answer for its channels now."""
        self._is_over = False
        self._opened = asyncio.Event()
        """Every link was heard once."""

    @property
    def is_whole(self) -> bool:
        heard_at = min((link.heard_at for link in self._links.values()), default=self._began)
        return time.monotonic() - heard_at < AWAY_AFTER_S

    def publish(self, channel: str, message: Message) -> None:
        self._ears.tell(channel, message)
        name = self._name(channel)
        if link := self._link(name):
            link.say(name, self._token + _encoder.encode(message))
        else:
            meters.UNSAID.inc()

    def subscribe(self, channel: str, hear: Hear) -> None:
        self._ears.add(channel, hear)
        name = self._name(channel)
        if link := self._link(name):
            link.want(name)
            if link.hears(name):
                hear(Listening(channel))

    def unsubscribe(self, channel: str, hear: Hear) -> None:
        self._ears.remove(channel, hear)
        name = self._name(channel)
        if channel not in self._ears.channels and (link := self._link(name)):
            link.leave(name)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Waits a moment for Redis at its opening, and at its end until the last words are out."""
        keeping = asyncio.create_task(self._run(), name="bus")
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(SILENCE_S):
                    await self._opened.wait()
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(SAID_WITHIN_S):
                    await self._say_all()
        finally:
            self._is_over = True
            self._links.clear()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _say_all(self) -> None:
        for link in self._links.values():
            await link.said()

    async def _run(self) -> None:
        """Keep links to the nodes that there are. A surprise ends them all, and they begin afresh."""
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    await self._keep_arranged(tasks)
            except* Exception:
                logger.exception("the bus begins afresh")
            if self._is_over:
                return
            self._links.clear()
            self._keepers.clear()
            self._by_slot = []
            await asyncio.sleep(BACK_OFF_S[1])

    async def _keep_arranged(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self._astray.clear()
            try:
                self._arrange(await self._nodes(), tasks)
            except (RedisError, OSError) as error:
                if not self._links:
                    logger.warning("Redis does not answer: %s", error)
                    self._astray.set()
            await self._astray.wait()
            await asyncio.sleep(_jittered(BACK_OFF_S[1] / 2))

    def _arrange(self, spans: Sequence[Span], tasks: asyncio.TaskGroup) -> None:
        """Have a link to each of these nodes and to no other, and let each hear the channels that it answers for."""
        for node, link in tuple(self._links.items()):
            if _owner(link.beat_channel, spans) != node:
                del self._links[node]
                self._keepers.pop(node).cancel()
        for node in {node for _, _, node in spans} - self._links.keys():
            link = self._links[node] = Link(partial(self._connection, node), self._beat_for(node, spans), self._heard)
            self._keepers[node] = tasks.create_task(self._keep(link, node))
        self._by_slot = [None] * SLOTS
        for first, last, node in spans:
            self._by_slot[first : last + 1] = [self._links[node]] * (last + 1 - first)
        for name in map(self._name, self._ears.channels):
            for link in self._links.values():
                link.want(name) if link is self._link(name) else link.leave(name)

    def _beat_for(self, node: Address | None, spans: Sequence[Span]) -> bytes:
        """A channel of this process's own in one of the node's slots."""
        names = (self._name(f"beat:{self._token.hex()}:{n}") for n in count())
        return next(name for name in names if _owner(name, spans) == node)

    async def _keep(self, link: Link, node: Address | None) -> None:
        """Keep a link alive until it is the node's no more, and cancelled.

        Both, for a task group that fails as it is cancelled raises the failure alone (before Python 3.13).
        """
        failures = 0
        while True:
            began = time.monotonic()
            try:
                await link.live()
            except* (RedisError, OSError) as errors:
                if failures == 0:
                    logger.warning("Redis %s is away: %s", node or "", errors.exceptions[0])
            if self._links.get(node) is not link:
                return
            failures = 0 if link.heard_at > began else failures + 1
            self._astray.set()
            await asyncio.sleep(_jittered(min(BACK_OFF_S[1], BACK_OFF_S[0] * 2**failures)))

    async def _nodes(self) -> list[Span]:
        """Which node answers for which slots. Raises RedisError and OSError when none can say so."""
        failure: Exception = ConnectionError("no node")
        for node in (None, *self._links):
            connection = self._connection(node)
            try:
                return await _ask_nodes(
                    connection, node[0] if node else self._pool.connection_kwargs.get("host", "localhost")
                )
            except (RedisError, OSError) as error:
                failure = error
            finally:
                await connection.disconnect(nowait=True)
        raise failure

    def _connection(self, node: Address | None) -> AbstractConnection:
        """A connection to a node, with all that the address says besides."""
        place = {} if node is None else {"host": node[0], "port": node[1]}
        return self._pool.connection_class(**self._pool.connection_kwargs | place)

    def _heard(self, name: bytes, payload: bytes | None) -> None:
        """A link hears a channel from now on (None), or what was said on it."""
        channel = name[len(self._prefix) :].decode()
        if payload is None:
            self._ears.tell(channel, Listening(channel))
            if all(link.hears(link.beat_channel) for link in self._links.values()):
                self._opened.set()
        elif not payload.startswith(self._token):
            try:
                message = _decoder.decode(payload[len(self._token) :])
            except msgspec.DecodeError:
                logger.warning("a message on the bus was not understood: is another version running?")
            else:
                self._ears.tell(channel, message)

    def _link(self, name: bytes) -> Link | None:
        return self._by_slot[key_slot(name)] if self._by_slot else None

    def _name(self, channel: str) -> bytes:
        return self._prefix + channel.encode()


def _owner(name: bytes, spans: Sequence[Span]) -> Address | Literal["nobody"] | None:
    slot = key_slot(name)
    return next((node for first, last, node in spans if first <= slot <= last), "nobody")


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.5, 1)  # noqa: S311 - no secret


def _pool(url: str) -> ConnectionPool:
    """Knows how to connect, and keeps no connections.

    The time limits are ours: the client's own, by `asyncio.wait_for`, can swallow a cancellation before Python 3.12.
    """
    return ConnectionPool.from_url(url, socket_timeout=None, socket_connect_timeout=SILENCE_S, protocol=2)


async def look(url: str) -> str:
    """What answers there, in words, and that it can carry the bus. Raises ConnectionError, saying why not."""
    pool = _pool(url)
    connection = pool.connection_class(**pool.connection_kwargs)
    try:
        await _ask(connection, "SPUBLISH", "plenary:look", "")
        nodes = {node for _, _, node in await _ask_nodes(connection, "")}
    except MovedError:
        return "a Redis cluster"
    except (RedisError, OSError) as error:
        raise ConnectionError(str(error)) from error
    finally:
        await connection.disconnect(nowait=True)
    return "Redis" if nodes == {None} else "a Redis cluster"


async def _ask_nodes(connection: AbstractConnection, host: str) -> list[Span]:
    """A node of a cluster that does not know its own name leaves it out: it is `host`, by which it was asked."""
    if b"cluster_enabled:1" not in await _ask(connection, "INFO", "cluster"):
        return [(0, SLOTS - 1, None)]
    spans = await _ask(connection, "CLUSTER", "SLOTS")
    return [(first, last, (owner[0].decode() if owner[0] else host, owner[1])) for first, last, owner, *_ in spans]


async def _ask(connection: AbstractConnection, *command: str) -> Any:
    """Connects first where there is no connection yet."""
    async with asyncio.timeout(SILENCE_S):
        await connection.send_command(*command)
        return await connection.read_response()
