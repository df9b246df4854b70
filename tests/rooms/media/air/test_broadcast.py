"""The interpreter's programme runs on the main programme's clock, and is never a part of it."""

from pathlib import Path

import pytest

from rooms.media.air.broadcast import Broadcast
from rooms.media.air.disk import read_journals
from rooms.playback.recording import SIGNED
from tests.rooms.media.speaker import Speaker, feed
from tests.rooms.media.watching import beeps, flashes, frames

EPOCH_S = 1_700_000_000.0
IN_STEP_S = 0.1
WRITTEN_WITHIN_S = 60
INTERPRETER = Speaker("interpreter", size=(120, 160), picture_zero_ticks=12_345, sound_zero_ticks=678, ahead_s=-77.0)


def opened(directory: Path) -> Broadcast:
    """Open a broadcast with a speaker on air and an interpreter."""
    broadcast = Broadcast(directory, epoch_s=EPOCH_S, ask_keyframe=lambda source: None)
    for source in ("speaker", "interpreter"):
        broadcast.add(source)
    broadcast.on_air(["speaker"])
    broadcast.sign("interpreter")
    broadcast.take("speaker")
    return broadcast


def end(broadcast: Broadcast) -> None:
    for each in broadcast.end():
        each.result(WRITTEN_WITHIN_S)


def test_what_happens_at_once_has_one_date_in_both_pictures(tmp_path: Path) -> None:
    broadcast = opened(tmp_path)
    feed(broadcast, Speaker(), INTERPRETER, seconds=10)
    end(broadcast)
    seen, signed = flashes(tmp_path), flashes(tmp_path / SIGNED)
    assert len(seen) == len(signed) == 5
    for one, other in zip(seen, signed, strict=True):
        assert abs(one - other) < IN_STEP_S
    assert all(journal.is_over for journal in read_journals(tmp_path / SIGNED).values())


def test_the_interpreter_is_neither_seen_nor_heard_in_the_programme(tmp_path: Path) -> None:
    broadcast = opened(tmp_path)
    broadcast.take("interpreter")
    feed(broadcast, INTERPRETER, seconds=4)
    broadcast.take("speaker")
    feed(broadcast, Speaker(begins_s=1004.0, has_sound=False), seconds=4)
    end(broadcast)
    assert {frame.width for _, frame in frames(tmp_path, "video")} == {160}
    assert beeps(tmp_path) == beeps(tmp_path / SIGNED) == []
    assert {frame.width for _, frame in frames(tmp_path / SIGNED, "video")} == {120}


def test_without_an_interpreter_nothing_is_written_for_one(tmp_path: Path) -> None:
    broadcast = Broadcast(tmp_path, epoch_s=EPOCH_S, ask_keyframe=lambda source: None)
    broadcast.add("speaker")
    broadcast.take("speaker")
    feed(broadcast, Speaker(), seconds=4)
    end(broadcast)
    assert not (tmp_path / SIGNED).exists()


def test_an_interpreter_who_goes_and_another_who_comes_are_two_runs_of_one_picture(tmp_path: Path) -> None:
    broadcast = opened(tmp_path)
    feed(broadcast, INTERPRETER, seconds=6)
    broadcast.remove("interpreter")
    broadcast.add("another")
    broadcast.sign("another")
    feed(broadcast, Speaker("another", begins_s=1010.0), seconds=6)
    end(broadcast)
    first, second = read_journals(tmp_path / SIGNED)["video"].stretches
    assert second.begins_at > first.ends_at
    assert not read_journals(tmp_path)["video"].listed


async def test_a_process_that_comes_back_completes_both(tmp_path: Path) -> None:
    broadcast = opened(tmp_path)
    feed(broadcast, Speaker(), INTERPRETER, seconds=6)
    await broadcast.stop()
    assert not read_journals(tmp_path / SIGNED)["video"].is_over
    again = Broadcast(tmp_path, epoch_s=EPOCH_S, ask_keyframe=lambda source: None)
    end(again)
    assert read_journals(tmp_path / SIGNED)["video"].is_over
    assert read_journals(tmp_path / SIGNED)["video"].seconds == pytest.approx(6, abs=0.2)
