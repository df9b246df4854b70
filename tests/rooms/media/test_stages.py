"""The stages of a media process."""

import asyncio
import time
from pathlib import Path

import pytest

from rooms.control import Direct, Leave, News, ProgrammeProgress, Publish, Watch
from rooms.media.air.disk import read_journals
from rooms.media.rtc import seam
from rooms.media.stages import CallRefused, Stages
from tests.rooms.media.rtc.test_seam import aiortc_as_it_was, another_port
from tests.rooms.media.speaker import Speaker, feed

__all__ = ["aiortc_as_it_was"]


async def offer(direction: str) -> str:
    """Make an offer as a browser does."""
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
    await stages.answer(Watch("main", "ben", "ben", None, await offer("recvonly")))
    await stages.answer(Publish("main", "amara", "amara", 0, await offer("sendonly")))
    stage = stages._stages["main"]
    assert stage.watchers.keys() == {"ben"}
    assert stage.sources.keys() == {"amara"}


async def test_two_cannot_send_from_one_slot(stages: Stages):
    await stages.answer(Publish("main", "amara", "amara", 0, await offer("sendonly")))
    for source, slot in (("amara", 1), ("ben", 0)):
        with pytest.raises(CallRefused, match="taken"):
            await stages.answer(Publish("main", source, source, slot, await offer("sendonly")))
    assert stages.present.sources == [("main", "amara")]
    await stages.answer(Leave("main", "amara"))
    await stages.answer(Publish("main", "ben", "ben", 0, await offer("sendonly")))
    assert stages.present.sources == [("main", "ben")]


AN_HOUR_S = 3_600.0


class WallClock:
    """A wall clock that is advanced and set by hand."""

    def __init__(self) -> None:
        self.now_s = time.time()

    def __call__(self) -> float:
        return self.now_s


async def on_air(directory: Path, clock: WallClock, news: list[News]) -> Stages:
    """Put Amara on air, and record her."""
    stages = Stages(directory, news.append, clock)
    await stages.answer(Publish("main", "amara", "amara", 0, await offer("sendonly")))
    await stages.answer(Direct("main", "keynote", "amara", ["amara"], False))
    return stages


def speak(stages: Stages, clock: WallClock, speaker: Speaker, *, seconds: float, since_s: float = 0.0) -> None:
    """Let the speaker be recorded for a while, as fast as possible."""
    clock.now_s += seconds - since_s
    stage = stages._stages["main"]
    assert stage.programme is not None
    feed(stage.programme, speaker, seconds=seconds, since_s=since_s)
    stage.tick(speaker.begins_s + seconds)


@pytest.mark.parametrize("set_by_s", [AN_HOUR_S, -AN_HOUR_S])
async def test_a_wall_clock_that_is_set_moves_nothing_in_the_recording_and_is_told(
    aiortc_as_it_was: None, tmp_path: Path, set_by_s: float
):
    await another_port()
    clock, news = WallClock(), list[News]()
    stages = await on_air(tmp_path, clock, news)
    began_s, speaker = clock.now_s, Speaker("amara", begins_s=time.monotonic())
    speak(stages, clock, speaker, seconds=6)
    assert not any("clock" in each.troubles for each in news if isinstance(each, ProgrammeProgress))
    clock.now_s += set_by_s
    speak(stages, clock, speaker, seconds=12, since_s=6)
    assert any("clock" in each.troubles for each in news if isinstance(each, ProgrammeProgress))
    await stages.answer(Direct("main", None, None, [], False))
    await stages.close()
    video = read_journals(tmp_path / "keynote")["video"]
    assert {segment.run for segment in video.listed} == {0}
    assert video.ends_at is not None
    assert abs(video.ends_at.timestamp() - began_s - 12) < 2


async def test_a_recording_that_goes_on_after_the_clock_was_set_back_goes_on_from_its_end(
    aiortc_as_it_was: None, tmp_path: Path
):
    ends = []
    clock = WallClock()
    for set_by_s in (0.0, -AN_HOUR_S):
        clock.now_s += set_by_s
        await another_port()
        stages = await on_air(tmp_path, clock, [])
        speak(stages, clock, Speaker("amara", begins_s=time.monotonic()), seconds=6)
        await stages.close()
        ends.append(read_journals(tmp_path / "keynote")["video"].ends_at)
    assert ends[0] is not None
    assert ends[1] is not None
    assert 4 < (ends[1] - ends[0]).total_seconds() < 60
