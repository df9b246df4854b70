"""Redis killed, stopped, cut off, or its slots moved: messages in between are lost, and no others."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis as Client
from redis.crc import key_slot

from rooms.bus import Listening
from rooms.bus.redis.bus import RedisBus
from tests.engines.proxy import Proxy
from tests.engines.redis import ClusterNode, Redis, RedisCluster
from tests.rooms.test_bus import LATER, NEWS, OTHER, ROOM, Ear, listening
from tests.waiting import until


@pytest.fixture
async def bus_at() -> AsyncIterator[Callable[..., object]]:
    """A bus that runs until the test ends."""
    async with AsyncExitStack() as stack:

        async def make(url: str, prefix: str) -> RedisBus:
            bus = RedisBus(url, prefix)
            await stack.enter_async_context(bus.running())
            return bus

        yield make


@pytest.fixture
async def pair(redis: Redis, bus_at) -> tuple[RedisBus, RedisBus]:
    prefix = secrets.token_hex(4)
    return await bus_at(redis.url, prefix), await bus_at(redis.url, prefix)


async def test_two_installations_share_a_redis_and_hear_nothing_of_each_other(redis, bus_at):
    one, other = await bus_at(redis.url, "one:"), await bus_at(redis.url, "other:")
    ear, own = await listening(other, ROOM), await listening(one, ROOM)
    one.publish(ROOM, NEWS)
    await own.until(NEWS)
    other.publish(ROOM, LATER)
    await ear.until(LATER)
    assert ear.said == [LATER]


async def test_after_redis_was_killed_and_came_back_everybody_is_told_to_listen_anew(pair, redis):
    one, other = pair
    ears = [await listening(bus, ROOM) for bus in pair]
    redis.kill()
    one.publish(ROOM, NEWS)
    redis.start()
    for ear in ears:
        await ear.until(Listening(ROOM), times=2)
    other.publish(ROOM, LATER)
    assert (await ears[0].until(LATER)).said == [NEWS, LATER]


async def test_a_stopped_redis_makes_nobody_wait_and_is_noticed(pair, redis):
    one, other = pair
    mine, theirs = await listening(one, ROOM), await listening(other, ROOM)
    redis.pause()
    try:
        one.publish(ROOM, NEWS)
        assert mine.said == [NEWS]
        await until(lambda: not one.is_whole and not other.is_whole)
    finally:
        redis.resume()
    await until(lambda: one.is_whole and other.is_whole)
    one.publish(ROOM, LATER)
    await theirs.until(LATER)


async def test_a_link_that_is_cut_without_a_word_is_noticed_and_made_anew(redis, bus_at):
    prefix = secrets.token_hex(4)
    async with Proxy(redis.port).running() as proxy:
        far, near = await bus_at(f"redis://127.0.0.1:{proxy.port}/0", prefix), await bus_at(redis.url, prefix)
        ear = await listening(far, ROOM)
        proxy.cut()
        await until(lambda: not far.is_whole)
        await until(lambda: near.is_whole)
        proxy.mend()
        await ear.until(Listening(ROOM), times=2)
        near.publish(ROOM, NEWS)
        await ear.until(NEWS)


async def test_a_process_that_starts_without_redis_finds_it_later(redis, bus_at):
    redis.stop()
    try:
        bus = await bus_at(redis.url, secrets.token_hex(4))
        ear = Ear()
        bus.subscribe(ROOM, ear)
        bus.publish(ROOM, NEWS)
        assert ear.heard == [NEWS]
    finally:
        redis.start()
    await ear.until(Listening(ROOM))
    await until(lambda: bus.is_whole)


@pytest.fixture
async def clustered(redis_cluster: RedisCluster, bus_at) -> tuple[RedisBus, RedisBus]:
    prefix = secrets.token_hex(4)
    return await bus_at(redis_cluster.url, prefix), await bus_at(redis_cluster.nodes[1].url, prefix)


async def test_each_room_has_a_node_and_all_nodes_are_used(clustered):
    one, other = clustered
    rooms = [f"session:{n}" for n in range(30)]
    ears = [await listening(other, room) for room in rooms]
    for room in rooms:
        one.publish(room, NEWS)
    for ear in ears:
        await ear.until(NEWS)
    assert len({id(one._link(one._name(room))) for room in rooms}) == 3


async def test_a_node_that_dies_takes_only_its_own_rooms_with_it(clustered, redis_cluster):
    one, other = clustered
    node = node_of(redis_cluster, one._name(ROOM))
    names = (f"session:{n}" for n in range(100))
    elsewhere = next(name for name in names if node_of(redis_cluster, one._name(name)) is not node)
    here, there = await listening(other, ROOM), await listening(other, elsewhere)
    node.kill()
    try:
        await until(lambda: not other.is_whole)
        one.publish(elsewhere, NEWS)
        await there.until(NEWS)
    finally:
        node.start()
    await here.until(Listening(ROOM), times=2)
    await until(lambda: one.is_whole and other.is_whole)
    one.publish(ROOM, LATER)
    await here.until(LATER)


async def test_a_room_whose_slot_moves_to_another_node_is_heard_there(clustered, redis_cluster):
    one, other = clustered
    ear = await listening(other, ROOM)
    slot, source = key_slot(one._name(ROOM)), node_of(redis_cluster, one._name(ROOM))
    target = next(node for node in redis_cluster.nodes if node is not source)
    await move_slot(redis_cluster, slot, target)
    try:
        await ear.until(Listening(ROOM), times=2)
        await crosses(one, ear)
    finally:
        await move_slot(redis_cluster, slot, source)
    await ear.until(Listening(ROOM), times=3)
    await listening(other, OTHER)


async def crosses(bus: RedisBus, ear: Ear) -> None:
    """Publish until it is heard: the publisher learns by its own failure that the slot has moved."""

    def is_heard() -> bool:
        bus.publish(ROOM, NEWS)
        return NEWS in ear.heard

    await until(is_heard)


def node_of(cluster: RedisCluster, name: bytes) -> ClusterNode:
    return cluster.nodes[key_slot(name) * 3 // 16_384]


async def move_slot(cluster: RedisCluster, slot: int, target: ClusterNode) -> None:
    """Give a slot to another node. A slot keeps nothing, so telling every node is enough."""
    async with Client.from_url(target.url) as client:
        owner = await client.execute_command("CLUSTER MYID")
    for node in sorted(cluster.nodes, key=lambda node: node is not target):
        async with Client.from_url(node.url) as client:
            await client.execute_command("CLUSTER SETSLOT", slot, "NODE", owner)
