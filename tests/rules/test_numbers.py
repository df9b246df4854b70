"""A number from outside is read, or known for none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.numbers import in_ascii, is_number


@given(st.text(st.sampled_from("0123456789²٣３①-+_. eE")) | st.text())
def test_whatever_counts_as_a_number_is_read(text: str) -> None:
    if is_number(text):
        assert 0 <= int(text) < 2**63


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "+1", "1_0", " 1", "9" * 5000])
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert not is_number(text)


def test_decimal_digits_of_any_script_become_ascii() -> None:
    assert in_ascii("٠١٢ ３４५ ²①a") == "012 345 ²①a"
