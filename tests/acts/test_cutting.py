"""A recording is cut, and its chapters are placed, by times as people type them."""

import pytest

from server.acts.cutting import ChapterForm, CutForm, NamedChapterForm
from server.web.forms import check


def test_a_cut_is_read_as_seconds_of_the_film_and_is_whole_where_nothing_is_typed() -> None:
    assert check(CutForm, {"begins": "0:04", "ends": "1:00:07.5"}).input == CutForm.model_construct(
        begins=4.0, ends=3607.5
    )
    assert check(CutForm, {"begins": "", "ends": ""}).input == CutForm.model_construct(begins=0.0, ends=None)


@pytest.mark.parametrize(
    ("begins", "ends", "errors"),
    [
        ("soon", "", {"begins": "Please give minutes and seconds, for example 4:05."}),
        ("", "1:99", {"ends": "Please give minutes and seconds, for example 4:05."}),
        ("0:05", "0:05", {"ends": "The end lies before the beginning. Please check both."}),
        ("", "0:00", {"ends": "The end lies before the beginning. Please check both."}),
    ],
)
def test_a_cut_that_makes_no_sense_keeps_what_was_typed(begins: str, ends: str, errors: dict[str, str]) -> None:
    typed = {"begins": begins, "ends": ends}
    form = check(CutForm, typed)
    assert (form.input, form.errors, form.values) == (None, errors, typed)


@pytest.mark.parametrize(("at", "second"), [("now", None), ("4:05", 245.0), (" 4:05 ", 245.0)])
def test_a_chapter_begins_now_or_at_a_second(at: str, second: float | None) -> None:
    form = check(ChapterForm, {"title": "", "at": at})
    assert form.input is not None
    assert (form.input.title, form.input.at) == ("", second)


@pytest.mark.parametrize("title", ["", "   "])
def test_a_chapter_that_is_changed_keeps_a_name(title: str) -> None:
    form = check(NamedChapterForm, {"title": title, "at": "0:02"})
    assert form.errors == {"title": "Please fill this in."}
