"""A recording is the film once, cut between segments; the crowd's reactions are found again at their moments."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.errors import NoSuchSegment
from rooms.playback.cuts import Cut
from rooms.playback.simulive import FilmProgramme, Pause, playlist, segment_file
from tests.pages.films import COUNT, SEGMENT_S, index

BEGAN = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
FILM_S = COUNT * SEGMENT_S


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def programme(ran_s: float = 60, *pauses: Pause) -> FilmProgramme:
    return FilmProgramme(index(), BEGAN, pauses, after(ran_s))


def test_a_film_that_was_repeated_is_kept_once() -> None:
    cut = Cut(programme(60))
    assert (cut.numbers, cut.length_s) == (range(COUNT), FILM_S)


def test_what_was_not_sent_cannot_be_kept() -> None:
    assert Cut(programme(5)).length_s == 4


def test_a_cut_keeps_the_whole_segments_that_it_touches() -> None:
    cut = Cut(programme(), 3, 5.5)
    assert (cut.numbers, cut.begins, cut.length_s) == (range(1, 3), timedelta(seconds=2), 4)


def test_the_files_of_a_cut_are_one_run_with_its_initialisation_segments() -> None:
    cut = Cut(programme(), 3, 5.5)
    assert cut.runs == [(["v.mp4", "v-1.m4s", "v-2.m4s"], ["a.mp4", "a-1.m4s", "a-2.m4s"])]
    assert cut.film_length_s == FILM_S


def test_a_moment_of_any_showing_is_found_in_the_one_that_is_kept() -> None:
    cut = Cut(programme(60), 2, 8)
    assert [cut.recording_second_at(after(seconds)) for seconds in (3, 13, 53)] == [1, 1, 1]
    assert [cut.recording_second_at(after(seconds)) for seconds in (1, 9.5)] == [None, None]


def test_a_pause_moves_nothing() -> None:
    cut = Cut(programme(60, Pause(after(4), after(34))))
    assert cut.recording_second_at(after(35)) == 5
    assert cut.recording_second_at(cut.media_time_of(5)) == 5


@given(st.integers(0, 9_000), st.integers(0, 9_999))
def test_a_second_of_the_recording_and_its_moment_name_each_other(begins_ms: int, at_ms: int) -> None:
    cut = Cut(programme(), begins_ms / 1000)
    if at_ms < 1000 * cut.length_s:
        assert cut.recording_second_at(cut.media_time_of(at_ms / 1000)) == pytest.approx(at_ms / 1000)


def test_its_playlist_dates_the_first_segment_and_hides_what_was_cut() -> None:
    show, cut = programme(), Cut(programme(), 4, 8)
    text = playlist(show, "video", after(600), "/s/", kept=cut.numbers)
    assert [line for line in text.splitlines() if not line.startswith("#")] == ["/s/v-0-2.m4s", "/s/v-0-3.m4s"]
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-06-28T10:00:04.000Z" in text
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert segment_file(show, "v-0-2.m4s", after(600), cut.numbers) == "v-2.m4s"
    for name in ("v-0-0.m4s", "v-0-4.m4s", "v-1-2.m4s"):
        with pytest.raises(NoSuchSegment):
            segment_file(show, name, after(600), cut.numbers)
