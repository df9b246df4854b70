"""The outlet over ASGI's `send`, on a server that offers no direct one: the same conversations."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from rooms.outlet import Frame
from rooms.protocol import Changed, Close, Playing
from server.app import create_app
from server.live.outbox import SHARED_LIMIT, Outbox
from tests.live.page import opened
from tests.waiting import until

pytestmark = pytest.mark.one_engine


class Deaf:
    """A socket that takes nothing and sends nothing until it is released."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.reads = asyncio.Event()
        self.ends = asyncio.Event()

    async def send_text(self, text: str) -> None:
        await self.reads.wait()
        self.sent.append(text)

    async def receive(self) -> dict[str, str]:
        await self.ends.wait()
        return {"type": "websocket.disconnect"}


class Ear:
    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    def hear(self, text: str | None) -> None: ...

    def controlled(self) -> bool:
        return True

    def drained(self) -> None:
        self.outbox.tell(a_frame("the latest"))

    def gone(self) -> None: ...


def a_frame(name: str) -> Frame:
    return Frame(Changed(name, "", 1, {}))


@pytest.fixture
async def plain(settings) -> AsyncIterator[str]:
    """Serve the application by uvicorn's own protocol in this process, at a base address."""
    listener = socket.create_server(("127.0.0.1", 0))
    options = {"ws": "websockets-sansio", "log_config": None, "access_log": False}
    server = uvicorn.Server(uvicorn.Config(create_app(settings), **options))
    serving = asyncio.create_task(server._serve([listener]))
    await until(lambda: server.started or serving.done())
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_what_one_claps_another_sees(plain, make, event, keynote):
    async with (
        opened(plain, await make.cookie(await make.delegate(event)), keynote) as hers,
        opened(plain, await make.cookie(await make.delegate(event)), keynote) as his,
    ):
        key = await hers.react(keynote)
        await hers.until(lambda page: page.answers == {key: "accepted"})
        await his.until(lambda page: page.rooms[keynote]["reactions"]["totals"]["clap"] == 1)


async def test_it_is_closed_with_the_same_codes(plain, make, event, keynote):
    cookie = await make.cookie(await make.delegate(event))
    async with opened(plain, cookie, keynote) as flood, opened(plain, cookie, keynote) as garbage:
        await garbage.socket.send("garbage")
        for _ in range(300):
            await flood.send(Playing(keynote, playing=False))
        await flood.until(lambda page: page.code)
        await garbage.until(lambda page: page.code)
        assert (flood.code, garbage.code) == (Close.FLOOD, Close.BAD_MESSAGE)


async def test_a_slow_reader_misses_what_is_superfluous_and_gets_the_latest():
    outbox, slow = Outbox(), Deaf()
    carried = asyncio.create_task(outbox.carry(slow, Ear(outbox)))
    taken = [outbox.share(a_frame(str(n))) for n in range(SHARED_LIMIT + 1)]
    assert taken == [True] * SHARED_LIMIT + [False]
    slow.reads.set()
    await until(lambda: len(slow.sent) > SHARED_LIMIT)
    assert slow.sent[-1] == a_frame("the latest").text
    slow.ends.set()
    await carried
