"""Captions: all of the cards' words, in time, as WebVTT."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.media.films.captions import LINE_LENGTH, LINES, cues_of
from rooms.media.films.spec import Card
from rooms.playback.webvtt import read_webvtt, write_webvtt

words = st.lists(st.text("abcdefgh,.&<>'", min_size=1, max_size=12), min_size=1, max_size=60).map(" ".join)


@given(st.lists(st.tuples(words, st.integers(1, 30)), min_size=1, max_size=5))
def test_captions_say_every_word_while_its_card_is_shown(shown: list[tuple[str, int]]) -> None:
    cues = cues_of([Card(text, seconds) for text, seconds in shown])
    assert " ".join(cue.text for cue in cues).split() == " ".join(text for text, _ in shown).split()
    assert cues[-1].ends_s == pytest.approx(sum(seconds for _, seconds in shown))
    assert all(before.ends_s == after.begins_s for before, after in pairwise(cues))
    assert all(len(line) <= LINE_LENGTH for cue in cues for line in cue.text.split("\n"))
    assert all(cue.text.count("\n") < LINES for cue in cues)


@given(st.lists(st.tuples(words, st.integers(1, 30)), min_size=1, max_size=5))
def test_captions_are_read_as_they_were_written(shown: list[tuple[str, int]]) -> None:
    cues = cues_of([Card(text, seconds) for text, seconds in shown])
    read = read_webvtt(write_webvtt(cues))
    assert [cue.text for cue in read] == [cue.text for cue in cues]
    assert [cue.begins_s for cue in read] == pytest.approx([cue.begins_s for cue in cues], abs=0.001)
