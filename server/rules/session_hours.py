"""Reads a session's hours as typed: wall time in the event's zone. Pure.

Errors are sentences by field. An hour with two readings is an error that offers both as answers.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.rules.local_time import WALL, Reading, TwoReadings, read_wall

LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class HoursGiven:
    """A session's hours as read, or `errors` (sentences) and `choices` (two readings) by field."""

    starts: Reading | None = None
    ends: Reading | None = None
    errors: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[Reading, Reading]] = field(default_factory=dict)

    def columns(self) -> dict[str, object]:
        """The values of a session's columns. Only for hours without errors."""
        assert self.starts is not None and self.ends is not None
        return {
            "starts_local": self.starts.wall.strftime(WALL),
            "ends_local": self.ends.wall.strftime(WALL),
            "starts_at": self.starts.at,
            "ends_at": self.ends.at,
        }


def read_hours(
    starts: datetime,
    ends: datetime,
    *,
    zone: str,
    first_day: date,
    last_day: date,
    starts_offset: str = "",
    ends_offset: str = "",
) -> HoursGiven:
    """Read the hours of a session at an event from `first_day` to `last_day`; an offset chooses a reading."""
    readings: dict[str, Reading] = {}
    errors: dict[str, str] = {}
    choices: dict[str, tuple[Reading, Reading]] = {}
    for name, wall, offset in (("starts", starts, starts_offset), ("ends", ends, ends_offset)):
        try:
            readings[name] = read_wall(wall, ZoneInfo(zone), offset)
        except TwoReadings as two:
            errors[name], choices[name] = question(two, zone), two.readings
        except OverflowError:
            errors[name] = "Please check the year."
    begin, end = readings.get("starts"), readings.get("ends")
    if begin and not first_day <= begin.wall.date() <= last_day:
        errors["starts"] = (
            f"The event is from {first_day:%d %B %Y} to {last_day:%d %B %Y}. Please choose one of its days."
        )
    if begin and end and end.at <= begin.at:
        errors["ends"] = "The end is not after the start."
    elif begin and end and end.at - begin.at > LONGEST:
        errors["ends"] = "A session may last up to 12 hours. Please check the end."
    return HoursGiven(begin, end, errors, choices)


def question(two: TwoReadings, zone: str) -> str:
    """The question about an hour with two readings."""
    shown = f"{two.wall:%H:%M}"
    if two.skipped:
        return f"The clocks go forward that night: there is no {shown} in {zone}. Which of these do you mean?"
    return f"The clocks go back that night: {shown} comes twice in {zone}. Which one do you mean?"


def answer(reading: Reading) -> str:
    """A reading in words: 02:30 BST (+01:00 from UTC)."""
    return f"{reading.wall:%H:%M} {reading.name} ({reading.offset} from UTC)"
