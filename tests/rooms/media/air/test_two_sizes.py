"""A programme in two picture sizes: both are whole and cut alike, whichever sizes its sources send."""

import json
from pathlib import Path

import pytest

from rooms.media.air.disk import Disk, read_journals
from rooms.media.air.programme import Programme
from rooms.media.recordings.check import check
from rooms.playback.film_file import read_index
from rooms.playback.film_index import INDEX_NAME
from rooms.playback.playlists import multivariant_playlist
from rooms.playback.recording import SMALL, RenditionJournal, playlist_name, write
from tests.rooms.media.speaker import FRAMES_PER_S, Speaker, feed
from tests.rooms.media.watching import flashes, frames

EPOCH_S = 1_700_000_000.0
SMALL_SIZE = (80, 60)
WRITTEN_WITHIN_S = 60


def opened(directory: Path, *, in_parts: bool = False) -> Programme:
    programme = Programme(directory, epoch_s=EPOCH_S, ask_keyframe=lambda source: None, in_parts=in_parts)
    for name in ("speaker", "other"):
        programme.add(name)
    programme.on_air(["speaker", "other"])
    programme.take("speaker")
    return programme


def end(programme: Programme) -> None:
    programme.end().result(WRITTEN_WITHIN_S)


def pictures(directory: Path) -> tuple[RenditionJournal, RenditionJournal]:
    """Return the journals of the larger and the smaller size, checked: cut alike, every segment whole."""
    journals = read_journals(directory)
    larger, smaller = journals["video"], journals[SMALL]
    assert [segment.run for segment in larger.listed] == [segment.run for segment in smaller.listed]
    assert [segment.begins_at for segment in larger.listed] == [segment.begins_at for segment in smaller.listed]
    for one, other in zip(larger.stretches, smaller.stretches, strict=True):
        assert one.seconds == pytest.approx(other.seconds, abs=0.001)
    assert check(directory).faults == []
    return larger, smaller


def widths(directory: Path, rendition: str) -> list[int]:
    """Return the widths of the pictures in order, each width once until it changes."""
    found = [frame.width for _, frame in frames(directory, rendition)]
    return [width for number, width in enumerate(found) if number == 0 or width != found[number - 1]]


@pytest.mark.parametrize("small_late_s", [0.0, 0.2])
def test_both_sizes_show_the_same_at_the_same_time_whichever_comes_first(tmp_path: Path, small_late_s: float) -> None:
    programme = opened(tmp_path)
    feed(programme, Speaker(small_size=SMALL_SIZE, small_late_s=small_late_s), seconds=12)
    end(programme)
    larger, smaller = pictures(tmp_path)
    assert larger.runs == 1 and len(smaller.listed) in (6, 7)
    assert [segment.letter for segment in smaller.listed] == ["s"] * len(smaller.listed)
    assert widths(tmp_path, SMALL) == [80] and widths(tmp_path, "video") == [160]
    seen, seen_small = flashes(tmp_path), flashes(tmp_path, SMALL)
    assert len(seen) == 6
    for flash in seen_small:
        assert min(abs(flash - each) for each in seen) < 1 / FRAMES_PER_S


def test_a_source_of_one_size_after_one_of_two_fills_both(tmp_path: Path) -> None:
    programme = opened(tmp_path)
    feed(programme, Speaker(small_size=SMALL_SIZE), Speaker("other", size=(192, 144)), seconds=6)
    programme.take("other")
    feed(programme, Speaker(small_size=SMALL_SIZE), Speaker("other", size=(192, 144)), seconds=12, since_s=6)
    end(programme)
    larger, smaller = pictures(tmp_path)
    assert larger.runs == 2
    assert widths(tmp_path, "video") == [160, 192] and widths(tmp_path, SMALL) == [80, 192]
    assert smaller.listed[-1].name == larger.listed[-1].name


def test_a_source_of_two_sizes_after_one_of_one_makes_the_second_rendition_whole_from_the_beginning(
    tmp_path: Path,
) -> None:
    programme = opened(tmp_path)
    feed(programme, Speaker(), Speaker("other", size=(192, 144), small_size=SMALL_SIZE), seconds=6)
    assert SMALL not in read_journals(tmp_path)
    programme.take("other")
    feed(programme, Speaker(), Speaker("other", size=(192, 144), small_size=SMALL_SIZE), seconds=12, since_s=6)
    end(programme)
    pictures(tmp_path)
    assert widths(tmp_path, SMALL) == [160, 80]


def test_a_smaller_picture_that_stops_is_done_without_and_counts_again_once_it_has_lasted(tmp_path: Path) -> None:
    programme = opened(tmp_path)
    feed(programme, Speaker(small_size=SMALL_SIZE, small_silent=((7, 13),)), seconds=40)
    end(programme)
    larger, _ = pictures(tmp_path)
    assert larger.runs == 3
    assert widths(tmp_path, SMALL) == [80, 160, 80]
    assert max(segment.seconds for segment in larger.listed) < 6


def test_both_stand_still_while_no_picture_comes(tmp_path: Path) -> None:
    programme = opened(tmp_path)
    silent = ((5.0, 12.0),)
    feed(programme, Speaker(small_size=SMALL_SIZE, silent=silent, small_silent=silent), seconds=16)
    end(programme)
    larger, smaller = pictures(tmp_path)
    assert smaller.listed[0].letter == "s"
    assert larger.seconds == pytest.approx(16, abs=0.2)


def test_parts_of_both_sizes_are_put_out(tmp_path: Path) -> None:
    programme = opened(tmp_path, in_parts=True)
    feed(programme, Speaker(small_size=SMALL_SIZE), seconds=7)
    programme.stop()
    names = {path.name.partition("-")[0] for path in tmp_path.glob("*.*.m4s")}
    assert names == {"v", "s", "a"}


def test_a_process_that_died_between_the_two_playlists_is_made_good_by_the_next(tmp_path: Path) -> None:
    programme = opened(tmp_path)
    feed(programme, Speaker(small_size=SMALL_SIZE), seconds=8)
    programme.stop()
    whole = read_journals(tmp_path)["video"]
    (tmp_path / playlist_name("video")).write_text(write(whole.cut(len(whole.listed) - 1), "video"))
    Disk(tmp_path).stop()
    mended = read_journals(tmp_path)["video"]
    assert [segment.name for segment in mended.listed] == [segment.name for segment in whole.listed]
    assert mended.seconds == pytest.approx(whole.seconds, abs=0.001)
    again = opened(tmp_path)
    feed(again, Speaker(small_size=SMALL_SIZE), seconds=16, since_s=12)
    end(again)
    larger, _ = pictures(tmp_path)
    assert larger.runs == 2


def test_both_sizes_are_offered_with_what_they_really_cost(tmp_path: Path) -> None:
    programme = opened(tmp_path)
    feed(programme, Speaker(small_size=SMALL_SIZE), seconds=8)
    end(programme)
    film = read_index(tmp_path)
    assert film.small is not None
    assert film.small.bandwidth < film.video.bandwidth < 2_500_000
    assert film.small.average_bandwidth <= film.small.bandwidth
    offered = multivariant_playlist(film).splitlines()
    assert [line for line in offered if line.endswith(".m3u8")] == ["video.m3u8", "small.m3u8"]
    assert "RESOLUTION=80x60" in offered[-2] and "RESOLUTION=160x120" in offered[-4]
    (tmp_path / INDEX_NAME).write_text(json.dumps(film.to_json()))
    assert read_index(tmp_path) == film
