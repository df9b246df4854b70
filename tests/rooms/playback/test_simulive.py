"""A film on the clock: the segments listed at each time, with any pauses, and media times of positions."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.errors import NoSuchSegment, NotYet
from rooms.playback.film_file import read_index
from rooms.playback.film_index import INDEX_NAME, FilmIndex, Rendition, Segment
from rooms.playback.playlists import multivariant_playlist
from rooms.playback.simulive import KNOWN_AFTER, FilmProgramme, Pause, playlist, segment_file

NINE = datetime(2022, 6, 28, 9, 0, tzinfo=UTC)
ENDING = "#EXT-X-ENDLIST\n"


def seconds(amount: float) -> timedelta:
    return timedelta(seconds=amount)


def rendition(letter: str, lengths: list[float]) -> Rendition:
    kind = "vtt" if letter == "c" else "m4s"
    return Rendition(
        tuple(Segment(f"{letter}-{number}.{kind}", length) for number, length in enumerate(lengths)),
        init=None if letter == "c" else f"{letter}.mp4",
        codecs={"v": "avc1.4d4016", "a": "mp4a.40.2", "c": None}[letter],
        bandwidth=90_000,
        average_bandwidth=80_000,
    )


def film(lengths: list[float]) -> FilmIndex:
    return FilmIndex(
        title="Hearts and minds",
        width=640,
        height=360,
        frame_rate=10,
        video=rendition("v", lengths),
        audio=rendition("a", [length - 0.016 for length in lengths]),
        captions=rendition("c", lengths),
    )


FILM = film([2.0] * 5)
"""Ten seconds."""

lengths = st.lists(st.integers(500, 4000).map(lambda ms: ms / 1000), min_size=1, max_size=8)
spans = st.integers(0, 30_000).map(lambda ms: timedelta(milliseconds=ms))


@st.composite
def programmes(draw: st.DrawFn) -> FilmProgramme:
    """A session with up to four pauses, ended or still running."""
    moment, pauses = NINE, []
    for _ in range(draw(st.integers(0, 4))):
        paused_at = moment + draw(spans)
        moment = paused_at + draw(spans)
        pauses.append(Pause(paused_at, moment))
    if pauses and draw(st.booleans()):
        pauses[-1] = Pause(pauses[-1].paused_at, None)
    ended_at = moment + draw(spans) if draw(st.booleans()) else None
    return FilmProgramme(film(draw(lengths)), NINE, pauses, ended_at)


def known_at(programme: FilmProgramme, now: datetime) -> FilmProgramme:
    """The same session as it was stored by then: nobody knows of later pauses, or of a later end."""
    pauses = [
        Pause(paused_at, resumed_at if resumed_at and resumed_at <= now else None)
        for paused_at, resumed_at in programme.pauses
        if paused_at <= now
    ]
    ended = programme.ended_at if programme.ended_at and programme.ended_at <= now else None
    return FilmProgramme(programme.film, programme.started_at, pauses, ended)


def uris(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


@given(programmes(), spans, spans, st.sampled_from(["video", "audio", "captions"]))
def test_a_later_playlist_begins_with_an_earlier_one(
    programme: FilmProgramme, early: timedelta, more: timedelta, kind: str
) -> None:
    now, later = NINE + early, NINE + early + more
    first = playlist(known_at(programme, now), kind, now, "/segments/key/")
    second = playlist(known_at(programme, later), kind, later, "/segments/key/")
    assert second.startswith(first.removesuffix(ENDING))
    assert ENDING not in first or first == second


@given(programmes(), spans)
def test_a_position_is_found_again_by_its_media_time(programme: FilmProgramme, position: timedelta) -> None:
    assert programme.position_at(programme.media_time_of(position)) == position


@given(programmes(), spans, spans)
def test_the_programme_never_runs_backwards(programme: FilmProgramme, early: timedelta, more: timedelta) -> None:
    now, later = NINE + early, NINE + early + more
    assert programme.position_at(now) <= programme.position_at(later)
    assert programme.media_time_of(early) <= programme.media_time_of(early + more)
    assert programme.elapsed(now) <= programme.elapsed(later)


@given(programmes(), spans)
def test_what_was_sent_has_a_media_time_that_is_past(programme: FilmProgramme, early: timedelta) -> None:
    now = NINE + early
    stored = known_at(programme, now)
    sent = stored.position_of_segment(stored.sent(now))
    assert stored.media_time_of(sent) <= now or sent == timedelta(0) or any(p.resumed_at is None for p in stored.pauses)


@given(programmes(), spans)
def test_exactly_the_listed_segments_are_handed_out(programme: FilmProgramme, early: timedelta) -> None:
    now = NINE + early
    listed = uris(playlist(programme, "video", now, ""))
    for name in listed:
        assert segment_file(programme, name, now).startswith("v-")
    loop, index = divmod(programme.segments_before(programme.listed(now)), len(programme.film.video.segments))
    with pytest.raises(NotYet):
        segment_file(programme, f"v-{loop}-{index}.m4s", now)
    if not programme.is_over(now):
        assert programme.listed(now) == programme.elapsed(now)


def test_what_was_listed_before_the_end_was_known_is_still_handed_out() -> None:
    lives, over = FilmProgramme(FILM, NINE), FilmProgramme(FILM, NINE, ended_at=NINE + seconds(8))
    known_at = NINE + seconds(11)
    *_, latest = uris(playlist(lives, "video", known_at, ""))
    assert latest not in uris(playlist(over, "video", known_at, ""))
    assert segment_file(over, latest, known_at)
    assert over.listed(NINE + seconds(3600)) == seconds(8) + KNOWN_AFTER


def test_a_segment_is_listed_when_the_clock_reaches_its_end() -> None:
    programme = FilmProgramme(FILM, NINE)
    assert uris(playlist(programme, "video", NINE + seconds(1.9), "")) == []
    assert uris(playlist(programme, "video", NINE + seconds(2), "")) == ["v-0-0.m4s"]
    assert uris(playlist(programme, "audio", NINE + seconds(5), "/k/")) == ["/k/a-0-0.m4s", "/k/a-0-1.m4s"]


def test_a_playlist_says_what_a_player_needs() -> None:
    text = playlist(FilmProgramme(FILM, NINE), "video", NINE + seconds(4), "/segments/key/")
    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=12\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-PLAYLIST-TYPE:EVENT\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="/segments/key/v.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2022-06-28T09:00:00.000Z\n"
        "#EXTINF:2.000000,\n"
        "/segments/key/v-0-0.m4s\n"
        "#EXTINF:2.000000,\n"
        "/segments/key/v-0-1.m4s\n"
    )


def test_a_film_that_is_shorter_than_its_session_is_repeated() -> None:
    text = playlist(FilmProgramme(FILM, NINE), "video", NINE + seconds(24), "")
    assert uris(text)[4:7] == ["v-0-4.m4s", "v-1-0.m4s", "v-1-1.m4s"]
    assert text.count("#EXT-X-DISCONTINUITY\n") == 2
    assert "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2022-06-28T09:00:10.000Z\n" in text


def test_nothing_is_added_in_a_pause_and_what_follows_is_dated_after_it() -> None:
    pause = Pause(NINE + seconds(5), None)
    during = playlist(FilmProgramme(FILM, NINE, [pause]), "video", NINE + seconds(60), "")
    assert uris(during) == ["v-0-0.m4s", "v-0-1.m4s"]

    resumed = FilmProgramme(FILM, NINE, [Pause(NINE + seconds(5), NINE + seconds(65))])
    after = playlist(resumed, "video", NINE + seconds(66), "")
    assert uris(after) == ["v-0-0.m4s", "v-0-1.m4s", "v-0-2.m4s"]
    assert "#EXT-X-PROGRAM-DATE-TIME:2022-06-28T09:01:04.000Z\n#EXTINF:2.000000,\nv-0-2.m4s\n" in after


def test_the_end_closes_the_list_with_what_was_sent_and_no_more() -> None:
    programme = FilmProgramme(FILM, NINE, [Pause(NINE + seconds(3), NINE + seconds(8))], NINE + seconds(13))
    text = playlist(programme, "video", NINE + timedelta(days=7), "")
    assert text.endswith(ENDING)
    assert len(uris(text)) == 4
    assert "ENDLIST" not in playlist(programme, "video", NINE + seconds(12.9), "")


def test_an_end_within_a_pause_keeps_what_was_sent_before_it() -> None:
    programme = FilmProgramme(FILM, NINE, [Pause(NINE + seconds(6), None)], NINE + seconds(90))
    assert len(uris(playlist(programme, "video", NINE + seconds(100), ""))) == 3


def test_sound_that_is_shorter_than_the_pictures_leaves_out_its_last_segments() -> None:
    silent_end = replace(FILM, audio=rendition("a", [2.0] * 4))
    names = uris(playlist(FilmProgramme(silent_end, NINE), "audio", NINE + seconds(14), ""))
    assert names == ["a-0-0.m4s", "a-0-1.m4s", "a-0-2.m4s", "a-0-3.m4s", "a-1-0.m4s", "a-1-1.m4s"]


def test_initialisation_segments_are_always_there() -> None:
    assert segment_file(FilmProgramme(FILM, NINE), "a.mp4", NINE) == "a.mp4"


@pytest.mark.parametrize(
    "name", ["", "v", "v-0-9.m4s", "v-0-0.vtt", "v-00-0.m4s", "c-0-0.m4s", "x-0-0.m4s", "../film.json", "v--1-0.m4s"]
)
def test_no_other_name_stands_for_anything(name: str) -> None:
    with pytest.raises(NoSuchSegment):
        segment_file(FilmProgramme(FILM, NINE), name, NINE + seconds(60))


def test_a_rendition_that_the_film_lacks_has_no_playlist() -> None:
    mute = replace(FILM, captions=None)
    with pytest.raises(NoSuchSegment):
        playlist(FilmProgramme(mute, NINE), "captions", NINE, "")
    assert "SUBTITLES" not in multivariant_playlist(mute)


def test_the_multivariant_playlist_names_sound_and_captions_apart() -> None:
    text = multivariant_playlist(FILM)
    assert 'TYPE=AUDIO,GROUP-ID="sound"' in text
    assert 'TYPE=SUBTITLES,GROUP-ID="captions"' in text
    assert (
        "#EXT-X-STREAM-INF:BANDWIDTH=180000,AVERAGE-BANDWIDTH=160000,"
        'CODECS="avc1.4d4016,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=10.000,AUDIO="sound",SUBTITLES="captions"\n'
        "video.m3u8\n"
    ) in text


def test_the_index_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / INDEX_NAME).write_text(json.dumps(FILM.to_json()))
    assert read_index(tmp_path) == FILM
    assert FILM.to_json()["duration"] == 10
