"""One suite for every bus: all subscribers of a channel, and no others, hear a message on it."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest

from rooms.bus import Bus, BusMessage, Listening, RowChanged
from rooms.bus.memory import MemoryBus
from rooms.bus.redis.bus import RedisBus

ROOM = "event:3f1c2f6e-8a0b-4d39-9d2e-0c7a5b1e4f60"
OTHER = "session:7b0d3c52-1f0e-4f3b-9a55-2f4f7a4f9d11"
NEWS = RowChanged(ROOM, "announcement", 7)
LATER = RowChanged(ROOM, "announcement", 8)
WITHIN_S = 60


class Ear:
    """A subscriber that can be waited for."""

    def __init__(self) -> None:
        self.heard: list[BusMessage] = []
        self._news = asyncio.Event()

    def __call__(self, message: BusMessage) -> None:
        self.heard.append(message)
        self._news.set()

    @property
    def said(self) -> list[BusMessage]:
        """The messages, without Listening."""
        return [message for message in self.heard if not isinstance(message, Listening)]

    async def until(self, message: BusMessage, times: int = 1) -> "Ear":
        async with asyncio.timeout(WITHIN_S):
            while self.heard.count(message) < times:
                self._news.clear()
                await self._news.wait()
        return self


async def listening(bus: Bus, channel: str) -> Ear:
    """A subscriber that has been told Listening."""
    ear = Ear()
    bus.subscribe(channel, ear)
    return await ear.until(Listening(channel))


@pytest.fixture(params=["memory", "redis", "redis_cluster"])
async def buses(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Bus, Bus]]:
    """The buses of two processes; a single process has one."""
    if request.param == "memory":
        bus = MemoryBus()
        async with bus.running():
            yield bus, bus
    else:
        url, prefix = request.getfixturevalue(request.param).url, secrets.token_hex(4)
        one, other = RedisBus(url, prefix), RedisBus(url, prefix)
        async with one.running(), other.running():
            yield one, other


async def test_every_subscriber_in_every_process_hears(buses):
    one, other = buses
    ears = [await listening(bus, ROOM) for bus in (one, one, other)]
    one.publish(ROOM, NEWS)
    for ear in ears:
        await ear.until(NEWS)
        assert ear.said == [NEWS]


async def test_nobody_hears_another_room(buses):
    one, other = buses
    elsewhere, here = await listening(other, OTHER), await listening(other, ROOM)
    for _ in range(3):
        one.publish(ROOM, NEWS)
    one.publish(OTHER, LATER)
    await here.until(NEWS, times=3)
    await elsewhere.until(LATER)
    assert elsewhere.said == [LATER]


async def test_what_is_said_on_a_channel_is_heard_in_order(buses):
    one, other = buses
    ear = await listening(other, ROOM)
    said = [RowChanged(ROOM, "announcement", n) for n in range(500)]
    for message in said:
        one.publish(ROOM, message)
    await ear.until(said[-1])
    assert ear.said == said


async def test_who_unsubscribed_hears_no_more_and_may_do_so_twice(buses):
    one, other = buses
    gone, here = await listening(other, ROOM), await listening(other, ROOM)
    other.unsubscribe(ROOM, gone)
    other.unsubscribe(ROOM, gone)
    one.publish(ROOM, NEWS)
    await here.until(NEWS)
    assert (gone.said, here.said) == ([], [NEWS])


async def test_who_comes_back_to_a_channel_hears_it_again(buses):
    one, other = buses
    gone = await listening(other, ROOM)
    other.unsubscribe(ROOM, gone)
    back = await listening(other, ROOM)
    one.publish(ROOM, NEWS)
    await back.until(NEWS)
    assert (gone.said, back.said) == ([], [NEWS])


async def test_who_unsubscribes_while_hearing_disturbs_nobody(buses):
    one, other = buses
    once, heard = Ear(), await listening(other, ROOM)

    def hear(message: BusMessage) -> None:
        once(message)
        if not isinstance(message, Listening):
            other.unsubscribe(ROOM, hear)

    other.subscribe(ROOM, hear)
    await once.until(Listening(ROOM))
    one.publish(ROOM, NEWS)
    one.publish(ROOM, LATER)
    await heard.until(LATER)
    assert (once.said, heard.said) == ([NEWS], [NEWS, LATER])


async def test_it_is_whole(buses):
    assert all(bus.is_whole for bus in buses)
