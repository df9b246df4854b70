"""Long answers that are cut off when they may not go on."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import FileResponse
from starlette.types import Message

from server.web.underway import Underway, WhileAllowed
from tests.waiting import until

LENGTH = 1_000_000


class Reader:
    """A client that takes the first part of an answer and then nothing more, until it is let on."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.goes_on = asyncio.Event()

    async def send(self, message: Message) -> None:
        self.taken.append(message)
        if message["type"] == "http.response.body":
            await self.goes_on.wait()

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    @property
    def length(self) -> int:
        return sum(len(message.get("body", b"")) for message in self.taken)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x" * LENGTH)
    return path


def begun(film: Path, underway: Underway, reader: Reader, answers: list[bool]) -> asyncio.Task[Any]:
    async def may_go_on() -> bool:
        return answers.pop(0)

    response = WhileAllowed(FileResponse(film), underway, may_go_on)
    scope = {"type": "http", "method": "GET", "headers": [], "extensions": {}}
    return asyncio.create_task(response(scope, reader.receive, reader.send))


async def test_a_download_ends_when_its_right_does_even_while_nothing_is_read(film: Path) -> None:
    underway, reader = Underway(), Reader()
    download = begun(film, underway, reader, [True, False])
    await until(lambda: reader.length)
    underway.doubt()
    underway.doubt()
    await asyncio.wait([download], timeout=0.1)
    assert not download.done()
    underway.doubt()
    async with asyncio.timeout(2):
        await download
    assert reader.length < LENGTH


async def test_a_download_that_may_go_on_is_whole(film: Path) -> None:
    underway, reader = Underway(), Reader()
    download = begun(film, underway, reader, [True])
    await until(lambda: reader.length)
    underway.doubt()
    reader.goes_on.set()
    await download
    assert reader.length == LENGTH
