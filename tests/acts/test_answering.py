"""The form of a survey accepts the answers that its questions allow, and explains every other."""

import uuid

import pytest

from server.acts.answering import MAX_TEXT, form_of, given
from server.models import Question
from server.surveys.published import AFTER, QUESTIONS
from server.web.forms import check


def questions() -> list[Question]:
    return [
        Question(
            survey_id=uuid.uuid4(), name=q.name, kind=q.kind, text=q.text, choices=list(q.choices), required=q.required
        )
        for q in QUESTIONS[AFTER]
    ]


RIGHT = {
    "understanding": "10",
    "stars_content": "5",
    "stars_speakers": "1",
    "stars_platform": "3",
    "watch_later": "maybe",
    "recommend": "yes",
    "attend_again": "no",
    "new_contact": "yes",
}


def test_a_complete_form_gives_numbers_choices_and_words() -> None:
    form = check(form_of(questions()), {**RIGHT, "learned": "  Housing is health.  "})
    assert form.errors == {}
    assert form.input is not None
    assert given(form.input) == {
        **RIGHT,
        "understanding": 10,
        "stars_content": 5,
        "stars_speakers": 1,
        "stars_platform": 3,
        "learned": "Housing is health.",
    }


def test_words_may_be_left_out_and_are_then_no_answer() -> None:
    form = check(form_of(questions()), RIGHT)
    assert form.input is not None
    assert given(form.input)["learned"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("understanding", "11"),
        ("understanding", "-1"),
        ("understanding", "five"),
        ("understanding", "5.5"),
        ("understanding", ""),
        ("stars_content", "0"),
        ("stars_content", "6"),
        ("watch_later", "perhaps"),
        ("watch_later", "<b>yes</b>"),
        ("attend_again", "maybe"),
        ("learned", "x" * (MAX_TEXT + 1)),
        ("learned", "nul\x00"),
    ],
)
def test_a_wrong_answer_is_explained_and_nothing_is_taken(name: str, value: str) -> None:
    form = check(form_of(questions()), {**RIGHT, name: value})
    assert form.input is None
    assert form.errors
    assert form.values[name] == value
