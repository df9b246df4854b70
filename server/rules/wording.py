"""Writes times, spans and numbers for people, in one place."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


def clock(at: datetime, zone: str) -> str:
    """14:05, in a zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day(at: datetime, zone: str) -> str:
    """Tuesday 28 June, in a zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}"


def whole_date(day: date) -> str:
    """28 June 2026."""
    return f"{day.day} {day:%B} {day.year}"


def dates(event: Any) -> str:
    """28–29 June 2026: the days of an event, which has `starts_on` and `ends_on`."""
    first, last = event.starts_on, event.ends_on
    end = whole_date(last)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{first.day} {first:%B}{'' if first.year == last.year else f' {first.year}'} – {end}"


def zone_name(zone: str) -> str:
    """London time, for Europe/London."""
    return f"{zone.rpartition('/')[2].replace('_', ' ')} time"


def span(seconds: float) -> str:
    """1 h 05 min, 12 min or 40 s."""
    total = timedelta(seconds=round(seconds))
    minutes, rest = divmod(int(total.total_seconds()), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes} min" if minutes else f"{rest} s"


def number(value: float, digits: int = 0) -> str:
    """4,451 or 6.25."""
    return f"{value:,.{digits}f}"


def plural(count: int, one: str, many: str) -> str:
    """1 delegate, 2 delegates."""
    return f"{number(count)} {one if count == 1 else many}"


def kept(value: Any) -> str:
    """A stored value for the person it is about: yes, no, a time (UTC), or itself."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.day} {value:%B %Y, %H:%M} UTC"
    return str(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "clock": clock,
    "day": day,
    "dates": dates,
    "whole_date": whole_date,
    "zone_name": zone_name,
    "span": span,
    "number": number,
    "kept": kept,
    "plural": plural,
}
