"""Forms: input models validate them, and each mistake is told by a kind sentence beside its field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from server.rules import plain_text
from server.web.errors import Invalid

MAX_FIELDS = 200


@dataclass(frozen=True)
class _SeveralLines:
    """The mark of a field in which line breaks may stand."""


SeveralLines = Annotated[str, _SeveralLines()]
"""The type of a text of several lines. Any other text in a form is one line, without having to say so."""


class Form(BaseModel):
    """The base of input models. Text is trimmed and kept in one spelling; unknown fields are ignored.

    Control characters are refused, and line breaks too unless the field is declared as `SeveralLines`.
    """

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def plain(cls, value: Any, info: ValidationInfo) -> Any:
        """The value with each text of it in the spelling in which it is kept."""
        if not isinstance(value, str | list):
            return value
        declared = cls.model_fields[info.field_name or ""]
        kept = plain_text.lines if has_several_lines((*declared.metadata, declared.annotation)) else plain_text.line
        try:
            if isinstance(value, str):
                return kept(value)
            return [kept(each) if isinstance(each, str) else each for each in value]
        except plain_text.BadCharacter as error:
            raise PydanticCustomError("control", BAD_CHARACTER) from error


BAD_CHARACTER = "There is a character in it that cannot be shown here. Please retype it."


def has_several_lines(declared: Collection[Any]) -> bool:
    """True when the mark of a field of several lines stands in its metadata, or within its type."""
    return any(isinstance(part, _SeveralLines) or has_several_lines(get_args(part)) for part in declared)


Input = TypeVar("Input", bound=Form)


@dataclass(frozen=True)
class FormState(Generic[Input]):
    """A form as it stands: the values typed, a sentence for each field in error, and the input when there is no error.

    The key "" of `errors` holds the sentence about the form as a whole.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    input: Input | None = None

    def with_error(self, name: str, sentence: str) -> "FormState[Input]":
        """The same form with one more thing wrong, found by a rule that needed the database."""
        return self.with_errors({name: sentence})

    def with_errors(self, sentences: Mapping[str, str]) -> "FormState[Input]":
        """The same form with what a rule found wrong, a sentence by field; unchanged when there is none."""
        return FormState(self.values, {**self.errors, **sentences}, None) if sentences else self

    def with_values(self, **values: Any) -> "FormState[Input]":
        """The same form beside another one on its page, whose values are these."""
        return FormState({**values, **self.values}, self.errors, self.input)


def blank(model: type[Input]) -> FormState[Input]:
    """The form before anything is typed: it shows the model's defaults."""
    optional = {name: declared for name, declared in model.model_fields.items() if not declared.is_required()}
    return FormState({name: declared.get_default(call_default_factory=True) for name, declared in optional.items()})


async def read_form(request: Request, model: type[Input], about: object = None) -> FormState[Input]:
    """The form that was sent, read as `model`. Fields that the model declares as lists keep all their values.

    `about` is the thing that the form is about, for the validators that ask for it: their `info.context`.
    """
    return check(model, await sent_values(request, model), about)


async def sent_values(request: Request, model: type[Form]) -> dict[str, Any]:
    """The values that were sent for the fields of `model`, for an act that checks them about what it has loaded."""
    return values_of(await request.form(max_files=0, max_fields=MAX_FIELDS), model)


async def pressed(request: Request, name: str, values: Collection[str]) -> str:
    """The value that a button of the page sends as `name`. Raises Invalid for one that is not among `values`."""
    value = (await request.form(max_files=0)).get(name)
    if not isinstance(value, str) or value not in values:
        raise Invalid("This button is not known. Please go back and use the page's own buttons.")
    request.state.pressed = value
    return value


def check(model: type[Input], values: dict[str, Any], about: object = None) -> FormState[Input]:
    """The form that these values from outside make; `about` as for `read_form`."""
    present = {name: value for name, value in values.items() if not shows_nothing(value)}
    try:
        return FormState(values, {}, model.model_validate(present, context=about))
    except ValidationError as error:
        wrong: dict[str, str] = {}
        for details in error.errors(include_url=False):
            name = str(details["loc"][0]) if details["loc"] else ""
            wrong.setdefault(name, sentence_of(details))
        return FormState(values, wrong, None)


def shows_nothing(value: Any) -> bool:
    """True for a text that was left empty, or in which nothing can be seen and nothing has to be refused."""
    return isinstance(value, str) and not plain_text.is_seen(value) and not plain_text.has_control_character(value)


def values_of(data: FormData, model: type[Form]) -> dict[str, Any]:
    """Raw values by name; only declared fields, as text."""
    values: dict[str, Any] = {}
    for name, declared in model.model_fields.items():
        sent = [item for item in data.getlist(name) if not isinstance(item, UploadFile)]
        if "list" in str(declared.annotation):
            values[name] = [item for item in sent if item != ""]
        elif sent:
            values[name] = sent[-1]
    return values


def sentence_of(details: ErrorDetails) -> str:
    """An error of pydantic's as a sentence that says what to do."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "value_error":
        return str(context["error"]) if "error" in context else NO_MAIL_ADDRESS
    if kind == "string_too_short" and context["min_length"] == 1:
        kind = "missing"
    pattern = SENTENCES.get(kind, TO_CHECK if kind in BUILT_IN else "")
    return pattern.format(**context) if pattern else details["msg"]


BUILT_IN = frozenset(get_args(ErrorType))
"""The types of pydantic's own errors, whose messages are for programmers."""
TO_CHECK = "Please check this."


NO_MAIL_ADDRESS = "Please give a mail address, for example amina@example.org."
"""The sentence for the one value error of pydantic's without an exception behind it, that of `EmailStr`."""

NOT_OFFERED = "Please choose one of the answers offered."

SENTENCES: dict[str, str] = {
    "missing": "Please fill this in.",
    "string_too_short": "Please write at least {min_length} characters.",
    "string_too_long": "Please keep this to {max_length} characters.",
    "int_parsing": "Please give a whole number.",
    "int_type": "Please give a whole number.",
    "int_from_float": "Please give a whole number.",
    "int_parsing_size": "That number is too large.",
    "float_parsing": "Please give a number.",
    "too_long": "Please choose up to {max_length}.",
    "greater_than_equal": "Please give {ge:,} or more.",
    "greater_than": "Please give more than {gt:,}.",
    "less_than_equal": "Please give {le:,} or less.",
    "less_than": "Please give less than {lt:,}.",
    "literal_error": NOT_OFFERED,
    "enum": NOT_OFFERED,
    "bool_parsing": "Please choose yes or no.",
    "date_parsing": "Please give a date, for example 2026-06-28.",
    "date_from_datetime_parsing": "Please give a date, for example 2026-06-28.",
    "date_from_datetime_inexact": "Please give a date, for example 2026-06-28.",
    "datetime_parsing": "Please give a date and time, for example 2026-06-28 09:30.",
    "datetime_from_date_parsing": "Please give a date and time, for example 2026-06-28 09:30.",
    "uuid_parsing": NOT_OFFERED,
    "string_pattern_mismatch": "Please check how this is written.",
}
