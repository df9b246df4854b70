"""The faults that the check of a recording finds."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rooms.media.air.programme import Programme
from rooms.media.recordings.check import check, check_film
from rooms.playback.film_index import INDEX_NAME, FilmIndex
from tests.rooms.media.speaker import Speaker, feed

SENT_S = 6


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """The directory of a whole recording."""
    programme = Programme(tmp_path, epoch_s=1_700_000_000.0, ask_keyframe=lambda source: None)
    programme.add("speaker")
    programme.on_air(["speaker"])
    programme.take("speaker")
    feed(programme, Speaker(), seconds=SENT_S)
    programme.end().result()
    return tmp_path


def test_a_recording_that_is_whole_has_no_faults(recording: Path) -> None:
    found = check(recording)
    assert found.faults == []
    assert abs(found.seconds - SENT_S) < 0.2
    assert found.offset_ms < 40


def unlink(recording: Path) -> None:
    (recording / "v-1.m4s").unlink()


def damage(recording: Path) -> None:
    path = recording / "v-1.m4s"
    path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize("harm", [unlink, damage])
def test_a_segment_that_is_gone_or_damaged_is_named(recording: Path, harm: Callable[[Path], None]) -> None:
    harm(recording)
    (found,) = check(recording).faults
    assert found.startswith("v-1.m4s ")


def test_a_recording_without_its_end_says_so(recording: Path) -> None:
    path = recording / "audio.m3u8"
    path.write_text(path.read_text().removesuffix("#EXT-X-ENDLIST\n"))
    assert check(recording).faults == ["the audio was never completed"]


def test_sound_and_pictures_that_end_apart_are_a_fault_unless_the_recorder_died(recording: Path) -> None:
    path = recording / "video.m3u8"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-3] + lines[-1:]))  # the last picture segment was never listed
    (fault,) = check(recording).faults
    assert fault.startswith("picture and sound are ")
    path = recording / "audio.m3u8"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-3] + lines[-1:]))
    assert check(recording).faults == []


def test_nothing_recorded_is_a_fault(tmp_path: Path) -> None:
    assert "nothing was recorded" in check(tmp_path).faults


def test_a_film_that_is_whole_has_no_faults(packaged: tuple[Path, FilmIndex]) -> None:
    directory, film = packaged
    found = check_film(directory)
    assert (found.faults, found.seconds) == ([], film.duration.total_seconds())
    assert found.offset_ms < 40


@pytest.mark.parametrize(
    ("lost", "said"),
    [("a-2.m4s", "a-2.m4s cannot be played"), ("v.mp4", "the video cannot be read"), ("film.json", "not there")],
)
def test_what_a_film_lacks_is_named(packaged: tuple[Path, FilmIndex], tmp_path: Path, lost: str, said: str) -> None:
    directory = shutil.copytree(packaged[0], tmp_path / "film")
    (directory / lost).unlink()
    (fault,) = check_film(directory).faults
    assert said in fault


def test_a_film_whose_sound_begins_late_is_out_of_step(packaged: tuple[Path, FilmIndex], tmp_path: Path) -> None:
    directory = shutil.copytree(packaged[0], tmp_path / "film")
    index = json.loads((directory / INDEX_NAME).read_text())
    del index["audio"]["segments"][0]
    (directory / INDEX_NAME).write_text(json.dumps(index))
    (fault,) = check_film(directory).faults
    assert fault.startswith("picture and sound are ")
