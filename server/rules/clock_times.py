"""Reads and writes times in a recording as people type them: 4:05 or 1:04:05. Pure."""

import re

CLOCK = re.compile(r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d(?:\.\d{1,3})?)")


def seconds_of(text: str) -> float:
    """The seconds of a typed time. Raises ValueError with a sentence for the person who typed it."""
    found = CLOCK.fullmatch(text.strip())
    if not found:
        raise ValueError("Please give minutes and seconds, for example 4:05.")
    return int(found["hours"] or 0) * 3600 + int(found["minutes"]) * 60 + float(found["seconds"])


def clock_of(seconds: float) -> str:
    """A time as people type it, to the second."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"
