"""Words in every script are kept; what breaks a line, hides or makes a link is not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules import plain_text

NAMES = (
    "Dr. O'Neill-Smith",
    "O’Neill",
    "J. R. R. Tolkien",
    "J.R.R. Tolkien",
    "Martin Luther King Jr.",
    "María José",
    "Nguyễn Thị Minh Khai",
    "محمد بن سلمان",
    "می\u200cخواهم",
    "李小龍",
    "李",
    "迈克尔·乔丹",
    "สมชาย กิ่งแก้ว",
    "ஏ.பி.ஜே. அப்துல் கலாம்",
    "ශ්\u200dරී ලංකා",
    "डॉ. शर्मा",
    "שָׁלוֹם",
    "Amina 👩🏽\u200d⚕️",
)
ADDRESSES = (
    "evil.example/JOIN-TOKEN",
    "evil.example",
    "www.evil.example",
    "https://evil",
    "amina@evil",
    "evil\u200b.\u00adexample",
    "evil．example",
    "evil。example",
    "evil｡example",
    "evil․example",
    "evil／example",
    "evil.भारत",
    "192.0.2.1",
    "Click t.co",
)
LINE_BREAKERS = ("\n", "\r", "\r\n", "\x00", "\x0b", "\x0c", "\x1c", "\x7f", "\x85", "\u2028", "\u2029")
OVERRIDES = tuple("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSEEN = ("\u200b", "\u200d\u200c", "\u2060\ufeff", "\u00ad", "\u3164", "\uffa0", "\u2800", "\u0301", "\U000e0041", " ")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_is_kept_as_it_is(name: str) -> None:
    assert plain_text.line(name) == unicodedata.normalize("NFC", name)
    assert plain_text.is_seen(name)
    assert not plain_text.holds_address(name)
    assert not plain_text.is_piled_up(name)


@pytest.mark.parametrize("name", ADDRESSES)
def test_whatever_a_mail_program_makes_a_link_of_is_an_address(name: str) -> None:
    assert plain_text.holds_address(name)


@pytest.mark.parametrize("char", [*LINE_BREAKERS, *OVERRIDES, "\ud83d"])
def test_one_line_stays_one_line_and_runs_its_own_way(char: str) -> None:
    with pytest.raises(plain_text.BadCharacter):
        plain_text.line(f"Opening{char}keynote")


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_that_shows_nothing_is_known(text: str) -> None:
    assert not plain_text.is_seen(text)


def test_a_title_typed_on_a_mac_is_kept_in_the_common_spelling() -> None:
    assert plain_text.line(unicodedata.normalize("NFD", "Café")) == "Café"
    assert plain_text.line("Recording at 9.30.00\u202fAM\t1") == "Recording at 9.30.00 AM 1"


def test_marks_that_cover_the_rows_around_are_too_many() -> None:
    assert plain_text.is_piled_up("Z" + "\u0337\u0322\u0315\u0327\u0318\u032a")


@given(st.text(st.characters() | st.sampled_from("".join(LINE_BREAKERS) + "".join(OVERRIDES) + "\u0301 ")))
def test_what_is_kept_has_one_line_one_spelling_and_is_kept_again_as_it_is(text: str) -> None:
    try:
        kept = plain_text.line(text)
    except plain_text.BadCharacter:
        return
    assert kept.splitlines() in ([], [kept])
    assert unicodedata.is_normalized("NFC", kept)
    assert plain_text.line(kept) == kept
    assert kept.encode().decode() == kept
