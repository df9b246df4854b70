"""The line between a web process and a media process: signed calls over a socket of the owner's alone."""

import asyncio
import stat
import time
from contextlib import suppress
from pathlib import Path

import pytest

from rooms import control
from rooms.control import Leave, Publish, SourcesPresent
from server.media.line import MediaAway, MediaLine, MediaRefused
from server.media.whereabouts import listen_address
from server.settings import Settings
from tests.media.listening import KEY, listening_at
from tests.waiting import until

GOODBYE = Leave("main", "nobody")


@pytest.fixture
def began_s() -> float:
    """A time before the worker began, seconds since 1970."""
    return time.time()


@pytest.fixture
async def listening(began_s: float, tmp_path: Path):
    """Settings under which a worker listens; media itself is not opened."""
    settings = Settings(data=tmp_path)
    async with listening_at(settings, tmp_path):
        yield settings


async def test_a_call_is_answered_and_who_connects_hears_who_is_there(began_s: float, listening: Settings):
    heard: list[control.News] = []

    async def hear(news: control.News) -> None:
        heard.append(news)

    line = MediaLine(listening, KEY)
    running = asyncio.create_task(line.run(hear))
    await until(lambda: heard)
    (first,) = heard
    assert isinstance(first, SourcesPresent)
    assert first.sources == []
    assert began_s <= first.since_s <= time.time()
    with pytest.raises(MediaRefused, match="unknown"):
        await line.tell(GOODBYE)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_call_with_another_key_ends_the_line(listening: Settings):
    async def hear(_: control.News) -> None: ...

    line = MediaLine(listening, b"another key")
    running = asyncio.create_task(line.run(hear))
    await until(lambda: line.is_open)
    with pytest.raises(MediaAway):
        await line.tell(GOODBYE)
    await running
    assert not line.is_open


def mode_of(path: str) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


async def test_nobody_else_can_open_the_socket(listening: Settings):
    assert mode_of(listen_address(listening)) == 0o600


async def test_whoever_waits_for_the_line_goes_on_when_it_opens_and_knows_when_it_does_not(listening: Settings):
    async def hear(_: control.News) -> None: ...

    line = MediaLine(listening, KEY)
    assert not await line.opens(within_s=0)
    waiting = asyncio.create_task(line.opens(within_s=60))
    running = asyncio.create_task(line.run(hear))
    assert await waiting
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not await line.opens(within_s=0)


async def test_a_call_without_a_media_process_says_so(tmp_path: Path):
    line = MediaLine(Settings(data=tmp_path), KEY)
    with pytest.raises(MediaAway):
        await line.tell(GOODBYE)


async def test_a_connection_whose_answer_does_not_come_in_time_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The media process hears the offer and is silent, so nobody would ever end what it may have begun."""
    monkeypatch.setattr("server.media.line.ANSWERED_WITHIN_S", 0.05)
    settings, asked = Settings(data=tmp_path), list[control.AnyCall]()

    async def hear(_: control.News) -> None: ...

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while True:
                asked.append(control.decode_call(control.decode_request(await control.read_frame(reader)).call))
        writer.close()

    async with await asyncio.start_unix_server(listen, listen_address(settings)):
        line = MediaLine(settings, KEY)
        running = asyncio.create_task(line.run(hear))
        await until(lambda: line.is_open)
        offer = Publish("main", "amaras", "amara", 1, "v=0")
        with pytest.raises(MediaAway):
            await line.describe(offer)
        await until(lambda: asked == [offer, Leave("main", "amaras")])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
