"""SIGKILL and a full disk in the middle of a session: listed segments are there, and the recording goes on."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rooms.media.air.disk import read_journals
from rooms.media.recordings.check import check
from rooms.playback.recording import SMALL, missing
from tests.rooms.media.packaging import Packaging
from tests.rooms.media.watching import beeps, frames
from tests.waiting import wait_until

WITHIN_S = 120
MOST_MISSING_S = 12


@pytest.mark.parametrize("stop", [Packaging.kill, Packaging.take_up], ids=["killed", "ended and taken up again"])
def test_after_a_kill_every_listed_segment_plays_and_the_recording_goes_on_and_says_what_is_missing(
    stop: Callable[[Packaging], None], tmp_path: Path
) -> None:
    packaging = Packaging(tmp_path, time.time() - 5, small="80x60")
    try:
        wait_until(lambda: len(read_journals(tmp_path)["audio"].listed) >= 2, WITHIN_S)
        stop(packaging)
        kept = read_journals(tmp_path)
        assert list(frames(tmp_path, "video")) and list(frames(tmp_path, "audio"))
        wait_until(lambda: len(read_journals(tmp_path)["audio"].listed) > len(kept["audio"].listed), WITHIN_S)
        packaging.end()
    finally:
        packaging.close()
    for rendition, journal in read_journals(tmp_path).items():
        assert journal.is_over
        assert journal.listed[: len(kept[rendition].listed)] == kept[rendition].listed
        assert [stretch.run for stretch in journal.listed[-1:]] == [1]
        (gap,) = missing(journal.stretches)
        assert gap.seconds < MOST_MISSING_S
    journals = read_journals(tmp_path)
    assert [segment.run for segment in journals["video"].listed] == [segment.run for segment in journals[SMALL].listed]
    seen_s = [at_s for at_s, _ in frames(tmp_path, "video")]
    assert seen_s == sorted(seen_s)


def test_a_disk_that_takes_nothing_for_a_while_is_told_of_and_loses_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.rooms.media.full_disk", str(tmp_path)]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert said.split("\n") == ["", "disk", "", ""]
    assert check(tmp_path).faults == []
    assert not missing(read_journals(tmp_path)["video"].stretches)
    assert len(beeps(tmp_path)) == 10
