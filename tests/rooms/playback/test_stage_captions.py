"""Captions of a broadcast keep the seconds of the film through breaks and trimming."""

from dataclasses import replace

import pytest

from rooms.errors import NoSuchSegment
from rooms.playback import stage_captions
from rooms.playback.film_index import Rendition
from rooms.playback.recording import Recording
from rooms.playback.stage_cuts import StageCut
from rooms.playback.webvtt import Cue
from tests.rooms.playback.test_stage_cuts import broadcast


@pytest.fixture
def whole() -> Recording:
    """Three segments, a break of minutes, and three more; with captions."""
    sent = broadcast((0, 3), (300, 3))
    return sent._replace(film=replace(sent.film, captions=Rendition((), version="abc")))


def test_each_run_says_which_second_of_the_film_its_timestamps_begin_at(whole: Recording) -> None:
    pieces = stage_captions.cut([Cue(1, 3, "One"), Cue(7, 8, "Two")], whole)
    assert [seconds for seconds, _ in pieces] == [2.0] * 6
    assert ["One" in text for _, text in pieces] == [True, True, False, False, False, False]
    assert ["Two" in text for _, text in pieces] == [False, False, False, True, False, False]
    maps = [text.splitlines()[1] for _, text in pieces]
    assert maps[0] == "X-TIMESTAMP-MAP=LOCAL:00:00:10.000,MPEGTS:900000"
    assert set(maps[3:]) == {"X-TIMESTAMP-MAP=LOCAL:00:00:16.000,MPEGTS:900000"}


def test_the_captions_of_a_trimmed_broadcast_break_where_its_pictures_do(whole: Recording) -> None:
    kept = StageCut(whole, 3, 11).kept
    playlist, pictures = stage_captions.playlist(kept, "/k/"), kept.playlist("video", "/k/")
    assert [line for line in playlist.splitlines() if not line.startswith("#")] == [
        f"/k/c-{number}.vtt?v=abc" for number in (1, 2, 3, 4, 5)
    ]
    for tag in ("#EXT-X-DISCONTINUITY", "#EXT-X-PROGRAM-DATE-TIME", "#EXTINF", "#EXT-X-ENDLIST"):
        assert tags(playlist, tag) == tags(pictures, tag)
    listed = [name for name in map(stage_captions.segment_name, range(7)) if stage_captions.lists(kept, name)]
    assert listed == ["c-1.vtt", "c-2.vtt", "c-3.vtt", "c-4.vtt", "c-5.vtt"]
    assert not stage_captions.lists(kept, "c-01.vtt")


def test_what_has_no_captions_lists_none() -> None:
    sent = broadcast((0, 3))
    silent = sent._replace(film=replace(sent.film, captions=None))
    with pytest.raises(NoSuchSegment):
        stage_captions.playlist(silent, "/k/")
    assert not stage_captions.lists(silent, "c-0.vtt")


def tags(playlist: str, tag: str) -> list[str]:
    return [line for line in playlist.splitlines() if line.startswith(tag)]
