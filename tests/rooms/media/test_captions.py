"""Captions: the cards' words, all of them, in time, as WebVTT."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.media.captions import LINE_LENGTH, LINES, Cue, cues_of, cut, read_webvtt, write_webvtt
from rooms.media.spec import Card

words = st.lists(st.text("abcdefgh,.&<>'", min_size=1, max_size=12), min_size=1, max_size=60).map(" ".join)


@given(st.lists(st.tuples(words, st.integers(1, 30)), min_size=1, max_size=5))
def test_captions_say_every_word_while_its_card_is_shown(shown: list[tuple[str, int]]) -> None:
    cues = cues_of([Card(text, seconds) for text, seconds in shown])
    assert " ".join(cue.text for cue in cues).split() == " ".join(text for text, _ in shown).split()
    assert cues[-1].end == pytest.approx(sum(seconds for _, seconds in shown))
    assert all(before.end == after.start for before, after in pairwise(cues))
    assert all(len(line) <= LINE_LENGTH for cue in cues for line in cue.text.split("\n"))
    assert all(cue.text.count("\n") < LINES for cue in cues)


@given(st.lists(st.tuples(words, st.integers(1, 30)), min_size=1, max_size=5))
def test_captions_are_read_as_they_were_written(shown: list[tuple[str, int]]) -> None:
    cues = cues_of([Card(text, seconds) for text, seconds in shown])
    read = read_webvtt(write_webvtt(cues))
    assert [cue.text for cue in read] == [cue.text for cue in cues]
    assert [cue.start for cue in read] == pytest.approx([cue.start for cue in cues], abs=0.001)


def test_a_cue_that_lasts_over_a_cut_stands_on_both_sides() -> None:
    first, second = cut([Cue(0, 3, "One"), Cue(3, 4, "Two & more")], [(0, 2), (2, 4)])
    assert first.startswith("WEBVTT\nX-TIMESTAMP-MAP=")
    assert "One" in first and "Two" not in first
    assert "00:00:00.000 --> 00:00:03.000\nOne" in second
    assert "Two &amp; more" in second


def test_a_file_of_another_tool_is_read() -> None:
    text = (
        "\ufeffWEBVTT - made elsewhere\r\nKind: captions\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n"
        "1\r\n00:01.500 --> 00:04.000 line:0\r\n<v Chair>Good <b>morning</b> &amp; welcome\r\n\r\n"
        "NOTE nothing\r\n\r\n01:00:00.000 --> 01:00:01.000\r\nSecond\r\nline\r\n"
    )
    assert read_webvtt(text) == [Cue(1.5, 4.0, "Good morning & welcome"), Cue(3600, 3601, "Second\nline")]


def test_a_file_that_is_no_webvtt_is_refused() -> None:
    with pytest.raises(ValueError, match="WEBVTT"):
        read_webvtt("1\n00:00:01,000 --> 00:00:02,000\nSubRip")
