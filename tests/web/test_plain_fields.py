"""Every text in every form is one line without control characters, unless its form declares several."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

import server
from server.acts.answering import form_of
from server.acts.watching import PlayedInterval, ProgressReport
from server.models import Event, Question
from server.web.forms import BAD_CHARACTER, Form, SeveralLines, check, has_several_lines
from tests.everywhere.oddities import ODD

SEVERAL_LINES = {
    "AnnouncementForm.text",
    "DetailsForm.access_note",
    "EventForm.about",
    "EventForm.places",
    "EventForm.sectors",
    "EventForm.summary",
    "NoticeForm.privacy_note",
    "RegistrationForm.access_note",
    "SessionForm.abstract",
    "SpeakerForm.about",
    "SurveyForm.learned",
    "TableForm.topic",
    "TrackForm.summary",
}
"""The fields that a page shows as a text area."""
NO_PAGES = {ProgressReport, PlayedInterval}
"""The models of what a program sends: no page shows their errors."""
NEVER = ("\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\ud83d")
NOT_IN_A_LINE = (*NEVER, "\n", "\r", "\u2028", "\u2029", "\u202e", "\u202a", "\u2066")


def forms(base: type[Form] = Form) -> Iterator[type[Form]]:
    """Every form of the application, in whatever module it is written."""
    for form in base.__subclasses__():
        if form.__module__.startswith("server."):
            yield form
        yield from forms(form)


def holds_text(declared: Any) -> bool:
    return declared is str or (get_origin(declared) is not None and any(map(holds_text, get_args(declared))))


for module in pkgutil.walk_packages(server.__path__, "server."):
    if "__main__" not in module.name and "migrations" not in module.name:
        importlib.import_module(module.name)
SURVEY = form_of([Question(name="learned", kind="text", text="What did you learn?", required=False)])
TEXTS = sorted(
    {
        (f"{form.__name__}.{name}", form, name)
        for form in (*forms(), SURVEY)
        for name, field in form.model_fields.items()
        if holds_text(field.annotation)
    },
    key=lambda each: each[0],
)


def sentences(form: type[Form], name: str, text: str) -> list[str]:
    """The errors in one field of a form in which nothing else is filled in."""
    try:
        form.model_validate({name: text})
    except ValidationError as error:
        return [each["msg"] for each in error.errors() if each["loc"][:1] == (name,)]
    return []


def test_the_walk_finds_the_forms() -> None:
    assert len(TEXTS) > 30
    assert {each[0] for each in TEXTS} >= SEVERAL_LINES


@pytest.mark.parametrize(("form", "name"), [each[1:] for each in TEXTS], ids=[each[0] for each in TEXTS])
def test_a_text_is_one_line_unless_its_form_declares_several(form: type[Form], name: str) -> None:
    several = f"{form.__name__}.{name}" in SEVERAL_LINES
    for char in NEVER if several else NOT_IN_A_LINE:
        assert BAD_CHARACTER in sentences(form, name, f"Opening{char}keynote"), repr(char)
    if several:
        assert BAD_CHARACTER not in sentences(form, name, "Opening\nkeynote\r\nand\tmore")


OF_PROGRAMMERS = re.compile(r"should be|Input|Datetime|String |List |type=|valid ")


@pytest.mark.parametrize("form", sorted({*forms(), SURVEY} - NO_PAGES, key=lambda form: form.__name__))
def test_a_form_answers_odd_values_with_sentences_of_its_own(form: type[Form]) -> None:
    """No exception escapes, and no message that the library has for programmers."""
    about = Event(sectors=["NHS"], places=["Basildon"])
    told = {
        sentence
        for name, field in form.model_fields.items()
        for texts in ODD.values()
        for text in (*texts, list(texts) * 10)
        if isinstance(text, str) or "list" in str(field.annotation)
        for sentence in check(form, {name: text}, about).errors.values()
    }
    assert {text for text in told if OF_PROGRAMMERS.search(text) or not re.fullmatch(r"[A-Z].*[.?]", text)} == set()


class Noted(Form):
    title: str = ""
    tags: list[str] = Field(default=[])
    note: SeveralLines | None = None


def test_a_new_field_is_safe_by_default() -> None:
    assert sentences(Noted, "title", "a\nb") == [BAD_CHARACTER]
    with pytest.raises(ValidationError):
        Noted.model_validate({"tags": ["a", "b\nc"]})
    assert Noted.model_validate({"note": "a\nb"}).note == "a\nb"


@given(st.text(), st.text())
def test_whatever_was_typed_is_kept_in_one_spelling(title: str, note: str) -> None:
    try:
        kept = Noted.model_validate({"title": title, "note": note})
    except ValidationError:
        return
    assert kept.title.splitlines() in ([], [kept.title])
    assert Noted.model_validate(kept.model_dump()) == kept


def test_the_mark_is_found_within_a_type() -> None:
    assert has_several_lines([SeveralLines | None])
    assert not has_several_lines([str | None])
