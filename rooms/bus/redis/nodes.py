"""The nodes of a Redis: the connections to them, and the slots that each answers for."""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.crc import key_slot
from redis.exceptions import MovedError, RedisError

SILENCE_S = 3.0
"""The longest silence of a connection: after it the connection is half open or held up."""
SLOTS = 16_384
"""The slots of a cluster; a single server answers for all of them."""

Address = tuple[str, int]
Span = tuple[int, int, Address | None]
"""The first and the last slot of a span, and the node that answers for it; None: the node of the Redis address."""


def owner(name: bytes, spans: Sequence[Span]) -> Address | Literal["nobody"] | None:
    """Find the node that answers for a channel."""
    slot = key_slot(name)
    return next((node for first, last, node in spans if first <= slot <= last), "nobody")


def pool_of(url: str) -> ConnectionPool:
    """Make a pool that knows how to connect. It keeps no connections.

    It sets no time limit on reading: the client's own, by `asyncio.wait_for`, can swallow a cancellation before
    Python 3.12.
    """
    return ConnectionPool.from_url(url, socket_timeout=None, socket_connect_timeout=SILENCE_S, protocol=2)


async def look(url: str) -> str:
    """Say in words what answers at an address and can carry the bus. Raises ConnectionError with the reason."""
    pool = pool_of(url)
    connection = pool.connection_class(**pool.connection_kwargs)
    try:
        await ask(connection, "SPUBLISH", "plenary:look", "")
        nodes = {node for _, _, node in await ask_nodes(connection, "")}
    except MovedError:
        return "a Redis cluster"
    except (RedisError, OSError) as error:
        raise ConnectionError(str(error)) from error
    finally:
        await connection.disconnect(nowait=True)
    return "Redis" if nodes == {None} else "a Redis cluster"


async def ask_nodes(connection: AbstractConnection, host: str) -> list[Span]:
    """Ask a node for the node of each slot. Raises RedisError and OSError.

    `host` is the name by which the node was reached: a node that does not know its own name leaves it out.
    """
    if b"cluster_enabled:1" not in await ask(connection, "INFO", "cluster"):
        return [(0, SLOTS - 1, None)]
    spans = await ask(connection, "CLUSTER", "SLOTS")
    return [(first, last, (owner[0].decode() if owner[0] else host, owner[1])) for first, last, owner, *_ in spans]


async def ask(connection: AbstractConnection, *command: str) -> Any:
    """Send a command and read the answer, connecting first if need be."""
    async with asyncio.timeout(SILENCE_S):
        await connection.send_command(*command)
        return await connection.read_response()
