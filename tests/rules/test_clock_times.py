"""Times as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.clock_times import clock_of, seconds_of


@given(st.integers(0, 86_399))
def test_what_is_written_is_read(seconds: int) -> None:
    assert seconds_of(clock_of(seconds)) == seconds


@pytest.mark.parametrize(("text", "seconds"), [("0:12", 12), (" 90:00 ", 5400), ("1:02:03", 3723), ("0:02.5", 2.5)])
def test_minutes_and_seconds_are_enough(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "12", "1:60", "1:2", "-1:00", "soon", "1:00:00:00", "9" * 400])
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="for example 4:05"):
        seconds_of(text)
