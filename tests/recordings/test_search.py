"""A word is found whatever its case and accents, in what is written and in what was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.recordings.search import MOST_LINES, fold, match, words_of
from server.recordings.transcripts import TranscriptLine

SAID = [
    TranscriptLine(1, "Good morning."),
    TranscriptLine(9, "Take your pulse, and count."),
    TranscriptLine(20, "Your pulse is your own."),
]


def found(asked: str, *known: str, said: list[TranscriptLine] = SAID) -> list[float] | None:
    matched = match(words_of(asked), known, said)
    return None if matched is None else [line.begins_s for line in matched.lines]


@pytest.mark.parametrize("asked", ["größe", "GRÖSSE", "grosse", "Größe"])
def test_case_and_accents_make_no_difference(asked: str) -> None:
    assert found(asked, "Die Größe", said=[]) == []


def test_what_was_said_is_found_at_its_second() -> None:
    assert found("PULSE") == [9, 20]
    assert found("pulse count") == [9, 20]
    assert found("pulse hearts", "Healthy Hearts") == [9, 20]


def test_every_word_must_be_somewhere() -> None:
    assert found("pulse lungs", "Healthy Hearts") is None
    assert found("hearts", "Healthy Hearts") == []


def test_the_lines_that_answer_best_are_shown() -> None:
    many = [TranscriptLine(float(n), "pulse") for n in range(9)] + [TranscriptLine(99, "pulse and breath")]
    assert found("pulse breath", said=many) == [0, 1, 99]


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_text_is_found_by_any_word_of_it(before: str, after: str) -> None:
    text = f"{before} {after}"
    assert all(word in fold(text) for word in words_of(text))
    matched = match(words_of(text), [text], SAID)
    assert matched is not None and len(matched.lines) <= MOST_LINES
