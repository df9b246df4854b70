"""The forms of an event's privacy notice and of its retention day."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from server.acts.event_form import Day
from server.acts.registration_form import Address
from server.web.forms import Form, SeveralLines


def _web_address(text: str) -> str:
    """The address of a page, or empty. Raises PydanticCustomError for anything else."""
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in ("https", "http") and bool(parts.hostname) and " " not in text
    except ValueError:
        is_whole = False
    if text and not is_whole:
        raise PydanticCustomError("address", "Please give the whole address, beginning with https://.")
    return text


class NoticeForm(Form):
    """The organiser's part of an event's privacy notice."""

    controller: str = Field(min_length=2, max_length=200)
    privacy_contact: Address
    privacy_note: SeveralLines = Field(default="", max_length=5000)
    privacy_link: Annotated[str, AfterValidator(_web_address)] = Field(default="", max_length=400)


class RetentionForm(Form):
    """A retention day, with the reason that people are told when it is later than the day they know."""

    retention_on: Day
    reason: str = Field(default="", max_length=400)
