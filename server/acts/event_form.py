"""The form of an event, and the rules for its address and its days: the console and the command line share them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from server.rules import slugs
from server.rules.local_time import zones
from server.web.forms import Form, SeveralLines

LONGEST_DAYS = 31
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
MOST_LINES = 60
HOLD_H = 48
"""The hours for which a new event holds a place, unless its organiser chooses others."""
LONGEST_HOLD_H = 24 * 60


def _slug(text: str) -> str:
    slug = text.lower()
    if not slugs.is_slug(slug):
        raise PydanticCustomError("slug", slugs.HINT)
    return slug


def _zone(name: str) -> str:
    if name not in zones():
        raise PydanticCustomError("zone", "Please choose a time zone from the list, for example Europe/London.")
    return name


def _hashtag(text: str) -> str:
    bare = text.removeprefix("#")
    if bare and not bare.replace("_", "").isalnum():
        raise PydanticCustomError("hashtag", "A hashtag has letters, digits and underscores only, without spaces.")
    return bare


def _day(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise PydanticCustomError("day", "Please check the year.")
    return day


def _lines(text: str) -> str:
    """The entries, one a line and each once; none is longer than a registration can hold."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(lines) > MOST_LINES or any(len(line) > slugs.LONGEST for line in lines):
        raise PydanticCustomError("lines", "Please keep this to 60 lines of up to 60 characters.")
    return "\n".join(lines)


Day = Annotated[date, AfterValidator(_day)]
Slug = Annotated[str, AfterValidator(_slug)]


class EventForm(Form):
    """An event's details; `sectors` and `places` hold one entry a line."""

    title: str = Field(min_length=3, max_length=120)
    slug: Slug
    summary: SeveralLines = Field(default="", max_length=400)
    about: SeveralLines = Field(default="", max_length=5000)
    hashtag: Annotated[str, AfterValidator(_hashtag)] = Field(default="", max_length=60)
    zone: Annotated[str, AfterValidator(_zone)] = "Europe/London"
    starts_on: Day
    ends_on: Day
    target: int | None = Field(default=None, ge=1, le=1_000_000)
    capacity: int | None = Field(default=None, ge=1, le=1_000_000)
    hold_hours: int | None = Field(default=None, ge=1, le=LONGEST_HOLD_H)
    sectors: Annotated[SeveralLines, AfterValidator(_lines)] = ""
    places: Annotated[SeveralLines, AfterValidator(_lines)] = ""
    recordings_open: Literal["at once", "when published"] = "at once"
    recordings_close_on: Day | None = None

    @field_validator("ends_on")
    @classmethod
    def after_the_first_day(cls, last: date, info: ValidationInfo) -> date:
        first: date | None = info.data.get("starts_on")
        if first is not None and last < first:
            raise PydanticCustomError("order", "The last day is before the first day.")
        if first is not None and (last - first).days >= LONGEST_DAYS:
            raise PydanticCustomError("length", "An event may last up to 31 days. Please check the two dates.")
        return last

    @field_validator("recordings_close_on")
    @classmethod
    def after_the_last_day(cls, day: date | None, info: ValidationInfo) -> date | None:
        last: date | None = info.data.get("ends_on")
        if day is not None and last is not None and day < last:
            raise PydanticCustomError("recordings", "Recordings cannot close before the event's last day.")
        return day

    def columns(self) -> dict[str, object]:
        """The values as the event's columns hold them."""
        return {**self.model_dump(), "sectors": self.sectors.splitlines(), "places": self.places.splitlines()}
