"""Each mistake in a form is told beside its field, and nothing that was typed is lost."""

from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import EmailStr, Field
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.types import Message

from server.rules.plain_text import has_control_character
from server.web.errors import Invalid
from server.web.forms import Form, FormState, blank, check, pressed, values_of


class Example(Form):
    name: Annotated[str, Field(min_length=2, max_length=10)]
    email: EmailStr | None = None
    stars: Annotated[int, Field(ge=1, le=5)] = 3
    colour: Literal["red", "blue"] = "red"
    needs: Annotated[list[str], Field(default_factory=list)]


def test_a_blank_form_holds_the_defaults_and_nothing_is_wrong_with_it() -> None:
    form = blank(Example)
    assert form == FormState({"email": None, "stars": 3, "colour": "red", "needs": []})


def test_a_form_with_no_errors_added_is_as_it_was_and_one_with_some_has_no_input() -> None:
    form = check(Example, {"name": "Amina"})
    assert form.with_errors({}) is form
    wrong = form.with_error("name", "Taken.").with_errors({"email": "Unknown."})
    assert (wrong.input, wrong.errors) == (None, {"name": "Taken.", "email": "Unknown."})
    assert wrong.values == form.values


def test_text_is_trimmed_and_empty_fields_are_not_there() -> None:
    form = check(Example, {"name": "  Amina ", "email": "", "stars": ""})
    assert form.input == Example(name="Amina")
    assert form.errors == {}


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({}, "name", "Please fill this in."),
        ({"name": "   "}, "name", "Please fill this in."),
        ({"name": "\u200b\u3164"}, "name", "Please fill this in."),
        ({"name": "x"}, "name", "Please write at least 2 characters."),
        ({"name": "x" * 11}, "name", "Please keep this to 10 characters."),
        ({"name": "Amina", "stars": "six"}, "stars", "Please give a whole number."),
        ({"name": "Amina", "stars": "6"}, "stars", "Please give 5 or less."),
        ({"name": "Amina", "colour": "green"}, "colour", "Please choose one of the answers offered."),
    ],
)
def test_each_mistake_has_its_sentence(values: dict[str, str], field: str, sentence: str) -> None:
    form = check(Example, values)
    assert form.input is None
    assert form.errors == {field: sentence}
    assert form.values == values


def test_a_mail_address_that_is_none_is_refused_in_plain_words() -> None:
    form = check(Example, {"name": "Amina", "email": "amina"})
    assert form.errors["email"] == "Please give a mail address, for example amina@example.org."


def test_a_control_character_is_refused() -> None:
    assert check(Example, {"name": "Ami\x00na"}).errors["name"].startswith("There is a character")


def test_only_declared_fields_are_read_and_lists_keep_all() -> None:
    data = FormData([("name", "Amina"), ("role", "organiser"), ("needs", "captions"), ("needs", "calm")])
    assert values_of(data, Example) == {"name": "Amina", "needs": ["captions", "calm"]}


@given(st.dictionaries(st.sampled_from(["name", "email", "stars", "colour"]), st.text(max_size=30)))
def test_any_text_is_either_taken_or_explained(values: dict[str, str]) -> None:
    form = check(Example, values)
    assert (form.input is None) == bool(form.errors)
    assert all(sentence and "{" not in sentence for sentence in form.errors.values())


def test_line_breaks_and_emoji_are_no_control_characters() -> None:
    assert not has_control_character("Hello\nworld 👏🏽\t")


@pytest.mark.parametrize(("body", "said"), [("move=start", "start"), ("move=fly", None), ("", None)])
async def test_only_a_button_of_the_page_is_heard(body: str, said: str | None) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": body.encode()}

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    if said is None:
        with pytest.raises(Invalid):
            await pressed(request, "move", {"start", "end"})
    else:
        assert await pressed(request, "move", {"start", "end"}) == said
