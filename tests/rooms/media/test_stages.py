"""What a media process does for a stage."""

import asyncio
from pathlib import Path

import pytest

from rooms.control import Leave, News, Publish, Watch
from rooms.media import seam
from rooms.media.stages import CallRefused, Stages
from tests.rooms.media.test_seam import aiortc_as_it_was, another_port

__all__ = ["aiortc_as_it_was"]


async def offer(direction: str) -> str:
    """What a browser sends."""
    connection = seam.new_connection()
    for kind in ("audio", "video"):
        connection.addTransceiver(kind, direction=direction)
    await connection.setLocalDescription(await connection.createOffer())
    described = connection.localDescription.sdp
    await connection.close()
    return described


@pytest.fixture
async def stages(aiortc_as_it_was: None, tmp_path: Path):
    await another_port()
    news: list[News] = []
    stages = Stages(tmp_path, news.append)
    ticking = asyncio.create_task(stages.run())
    yield stages
    ticking.cancel()
    await stages.close()


async def test_who_watches_an_empty_stage_gets_whoever_comes_later(stages: Stages):
    await stages.answer(Watch("main", "ben", None, await offer("recvonly")))
    await stages.answer(Publish("main", "amara", 0, await offer("sendonly")))
    stage = stages._stages["main"]
    assert stage.watchers.keys() == {"ben"}
    assert stage.sources.keys() == {"amara"}


async def test_two_cannot_send_from_one_place(stages: Stages):
    await stages.answer(Publish("main", "amara", 0, await offer("sendonly")))
    for source, place in (("amara", 1), ("ben", 0)):
        with pytest.raises(CallRefused, match="taken"):
            await stages.answer(Publish("main", source, place, await offer("sendonly")))
    assert stages.present.sources == [("main", "amara")]
    await stages.answer(Leave("main", "amara"))
    await stages.answer(Publish("main", "ben", 0, await offer("sendonly")))
    assert stages.present.sources == [("main", "ben")]
