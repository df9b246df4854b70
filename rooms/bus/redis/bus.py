"""The bus over all nodes of a Redis, with a link to each node that answers for channels."""

import asyncio
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count

import msgspec
from redis.asyncio.connection import AbstractConnection
from redis.crc import key_slot
from redis.exceptions import RedisError

from rooms import meters
from rooms.bus import BusMessage, Hear, Listening
from rooms.bus.ears import Ears
from rooms.bus.redis.link import Link
from rooms.bus.redis.nodes import SILENCE_S, SLOTS, Address, Span, ask_nodes, owner, pool_of

AWAY_AFTER_S = 4.0
"""The time after the last beat from which the bus is no longer whole. A quick restart goes unmentioned."""
BACK_OFF_S = (0.1, 2.0)
SAID_WITHIN_S = 0.5
"""The longest that a process waits at its end until its last messages are out."""

logger = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")
_decoder: msgspec.msgpack.Decoder[BusMessage] = msgspec.msgpack.Decoder(BusMessage)


class RedisBus:
    """`prefix` keeps the channels of one installation apart from another's on the same Redis."""

    def __init__(self, url: str, prefix: str) -> None:
        self._pool = pool_of(url)
        self._prefix = prefix.encode()
        self._token = secrets.token_bytes(8)
        """The prefix of each message of this process, by which it ignores its own."""
        self._ears = Ears()
        self._links: dict[Address | None, Link] = {}
        self._keepers: dict[Address | None, asyncio.Task[None]] = {}
        self._by_slot: list[Link | None] = []
        self._began_s = time.monotonic()
        self._astray = asyncio.Event()
        """Set when a link is lost: another node may answer for its channels now."""
        self._is_over = False
        self._opened = asyncio.Event()
        """Set when every link has been heard once."""

    @property
    def is_whole(self) -> bool:
        heard_at_s = min((link.heard_at_s for link in self._links.values()), default=self._began_s)
        return time.monotonic() - heard_at_s < AWAY_AFTER_S

    def publish(self, channel: str, message: BusMessage) -> None:
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
        """Wait a moment for Redis at the opening, and at the end until the last messages are out."""
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
        """Keep a link to each node. A surprise ends all links, and they begin afresh."""
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
        """Have a link to each of these nodes and to no other, and let each hear its node's channels."""
        for node, link in tuple(self._links.items()):
            if owner(link.beat_channel, spans) != node:
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
        """Find a channel of this process's own in one of the node's slots."""
        names = (self._name(f"beat:{self._token.hex()}:{n}") for n in count())
        return next(name for name in names if owner(name, spans) == node)

    async def _keep(self, link: Link, node: Address | None) -> None:
        """Keep a link alive until it is cancelled because the node has another link, or none.

        The node is looked at too: before Python 3.13 a task group that fails while it is cancelled raises the failure
        alone.
        """
        failures = 0
        while True:
            began_s = time.monotonic()
            try:
                await link.live()
            except* (RedisError, OSError) as errors:
                if failures == 0:
                    logger.warning("Redis %s is away: %s", node or "", errors.exceptions[0])
            if self._links.get(node) is not link:
                return
            failures = 0 if link.heard_at_s > began_s else failures + 1
            self._astray.set()
            await asyncio.sleep(_jittered(min(BACK_OFF_S[1], BACK_OFF_S[0] * 2**failures)))

    async def _nodes(self) -> list[Span]:
        """Ask for the node of each slot. Raises RedisError and OSError when no node answers."""
        failure: Exception = ConnectionError("no node")
        for node in (None, *self._links):
            connection = self._connection(node)
            try:
                return await ask_nodes(
                    connection, node[0] if node else self._pool.connection_kwargs.get("host", "localhost")
                )
            except (RedisError, OSError) as error:
                failure = error
            finally:
                await connection.disconnect(nowait=True)
        raise failure

    def _connection(self, node: Address | None) -> AbstractConnection:
        """Make a connection to a node, with everything else that the Redis address says."""
        address = {} if node is None else {"host": node[0], "port": node[1]}
        return self._pool.connection_class(**self._pool.connection_kwargs | address)

    def _heard(self, name: bytes, payload: bytes | None) -> None:
        """Take in that a link hears a channel from now on (None), or a message on it."""
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


def _jittered(pause_s: float) -> float:
    return pause_s * random.uniform(0.5, 1)  # noqa: S311 - no secret
