"""A film in sign language beside another film: on the other's clock, with a length and cuts of its own."""

from datetime import UTC, datetime, timedelta

import pytest

from rooms.errors import NoSuchSegment, NotYet
from rooms.playback.cuts import Cut
from rooms.playback.film_index import FilmIndex, Rendition, Segment
from rooms.playback.simulive import FilmProgramme, Pause
from server.playback.films import FilmSource
from server.playback.signed import SignedFilm

BEGAN = datetime(2026, 6, 28, 9, 0, tzinfo=UTC)


def film(*seconds: float) -> FilmIndex:
    segments = tuple(Segment(f"v-{number}.m4s", each) for number, each in enumerate(seconds))
    pictures = Rendition(segments, "v.mp4", "avc1.4d4016", 90_000, 80_000)
    return FilmIndex("A film", 640, 360, 10, pictures, pictures)


def signed(beside: FilmIndex, *pauses: Pause, ended: float | None = None, trim: tuple[float, float | None] = (0, None)):
    """A film beside one of ten seconds in five segments."""
    ended_at = None if ended is None else BEGAN + timedelta(seconds=ended)
    programme = FilmProgramme(film(2, 2, 2, 2, 2), BEGAN, pauses, ended_at)
    return SignedFilm("signed", beside, FilmSource(programme, Cut(programme, *trim)))


def dates(source: SignedFilm, seconds: float) -> dict[str, float]:
    """Each listed segment, with the second of the session of its date."""
    lines = source.playlist("video", BEGAN + timedelta(seconds=seconds), "", delta=False).splitlines()
    listed = {}
    for number, line in enumerate(lines):
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME:"):
            date = datetime.fromisoformat(line.partition(":")[2])
            listed[lines[number + 2]] = (date - BEGAN).total_seconds()
    return listed


def test_each_segment_is_dated_by_the_film_that_it_belongs_to() -> None:
    assert dates(signed(film(3, 3, 4)), 7) == {"v-0-0.m4s": 0, "v-0-1.m4s": 3}


def test_it_is_repeated_with_its_film_and_not_when_it_ends_itself() -> None:
    assert dates(signed(film(3, 3)), 17) == {"v-0-0.m4s": 0, "v-0-1.m4s": 3, "v-1-0.m4s": 10, "v-1-1.m4s": 13}
    assert dates(signed(film(6, 6, 6)), 21) == {"v-0-0.m4s": 0, "v-0-1.m4s": 6, "v-1-0.m4s": 10, "v-1-1.m4s": 16}


def test_after_a_pause_it_goes_on_when_its_film_does() -> None:
    pause = Pause(BEGAN + timedelta(seconds=4), BEGAN + timedelta(seconds=64))
    assert dates(signed(film(4, 4, 2), pause), 70) == {"v-0-0.m4s": 0, "v-0-1.m4s": 64, "v-0-2.m4s": 68}


def test_a_segment_is_refused_before_its_time_and_when_it_was_cut_away() -> None:
    source = signed(film(3, 3, 4), ended=10, trim=(6, None))
    live, recorded = BEGAN + timedelta(seconds=4), BEGAN + timedelta(hours=1)
    assert source.file_of("v-0-0.m4s", live) == "v-0.m4s"
    with pytest.raises(NotYet):
        source.file_of("v-0-1.m4s", live)
    for name in ("v-0-0.m4s", "v-0-3.m4s", "v-00-2.m4s", "a-0-2.m4s", "film.json"):
        with pytest.raises(NoSuchSegment):
            source.file_of(name, recorded)
    assert source.file_of("v-0-2.m4s", recorded) == "v-2.m4s"
    assert source.file_of("v.mp4", recorded) == "v.mp4"
    assert list(dates(source, 3600)) == ["v-0-2.m4s"]


def test_its_version_changes_with_its_playlist() -> None:
    source = signed(film(3, 3, 4), ended=10)
    moments = [BEGAN + timedelta(seconds=seconds) for seconds in (1, 2, 4, 11)]
    versions = [source.version(moment) for moment in moments]
    assert versions[0] == versions[1]
    assert len(set(versions)) == 3
