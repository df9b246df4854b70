"""Figures as people read them: the value, its numerator and denominator, and its interval, in words."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from server.analytics.figures import Cell, Figure
from server.rules.wording import number, span

NOTHING = "–"
WITHHELD = "withheld"


def value_of(figure: Figure) -> str:
    """The figure's value as it is shown: 1,240, 6.1, 74 %, 2.2 times, 48 min. A word or a dash when there is none."""
    if figure.withheld:
        return WITHHELD
    if figure.value is None:
        return "not set" if figure.name == "registrations_target" else NOTHING
    if isinstance(figure.value, tuple):
        return NOTHING if not figure.value else number(figure.numerator or 0)
    return worded(figure.value, figure.definition.unit)


def worded(value: float, unit: str) -> str:
    """A number with its unit, as a definition names the unit."""
    match unit:
        case "share":
            return f"{number(value * 100)} %" if value <= 1 else f"{number(value, 1)} times"
        case "mean":
            return number(value, 1)
        case "effect":
            return number(value, 2)
        case "minutes":
            return span(value * 60)
        case _:
            return number(value)


def behind(figure: Figure) -> str:
    """The numerator and denominator of the value, "12 of 40"; empty when nothing was counted."""
    if figure.withheld or not figure.denominator or figure.numerator is None:
        return ""
    if figure.definition.unit in ("mean", "effect", "minutes"):
        return f"{number(figure.denominator)} people"
    return f"{number(figure.numerator)} of {number(figure.denominator)}"


def uncertainty(figure: Figure) -> str:
    """The 95 % confidence interval in words; empty when there is none."""
    if figure.interval is None:
        return ""
    low, high = (worded(end, figure.definition.unit) for end in figure.interval)
    return f"95 % interval {low} to {high}"


def cell_value(cell: Cell, figure: Figure) -> str:
    """A cell of a breakdown as it is shown."""
    if cell.withheld:
        return WITHHELD
    if cell.value is None:
        return NOTHING
    return worded(cell.value, "minutes" if "_minutes_" in figure.name else "people")


def number_in_brackets(value: float | None) -> str:
    """The number in brackets, to follow its words in a definition; empty when there is none."""
    return "" if value is None else f" ({number(value)})"


class SessionLine(NamedTuple):
    """A session's attendance on one line."""

    title: str
    live: float
    median: str
    later: float


def by_session(figures: Mapping[str, Figure]) -> list[SessionLine]:
    """The figures about attendance side by side, a line for each session that anybody attended or watched later."""
    names = ("attendance_by_session", "attendance_minutes_by_session", "on_demand_by_session")
    rows = zip(*(figures[name].cells for name in names), strict=True)
    return [
        SessionLine(
            live.label,
            live.value or 0,
            "–" if time.value is None else cell_value(time, figures[names[1]]),
            later.value or 0,
        )
        for live, time, later in rows
        if live.value or later.value
    ]


def minutes(figure: Figure) -> dict[str, list[float]]:
    """The reactions in each minute of each session, by the session's slug; minutes without reactions are 0."""
    found: dict[str, list[float]] = {}
    for cell in figure.cells:
        line = found.setdefault(cell.group, [])
        line.extend([0] * (int(cell.key) + 1 - len(line)))
        line[int(cell.key)] = cell.value or 0
    return found


def numbered(line: Sequence[float]) -> list[tuple[str, float]]:
    """The minutes with their numbers, from 0, to be drawn as columns."""
    return [(str(minute), value) for minute, value in enumerate(line)]


def days(figure: Figure) -> list[tuple[str, float]]:
    """The count of every day from the first to the last, labelled "1 Jun"; days without any are 0. At least a week."""
    counts = {date.fromisoformat(cell.key): cell.value or 0 for cell in figure.cells}
    last = max(counts)
    first = min(*counts, last - timedelta(days=6))
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(f"{day.day} {day:%b}", counts.get(day, 0)) for day in every]


def sections(figures: Mapping[str, Figure]) -> list[tuple[str, list[Figure]]]:
    """The figures by section, both in the order of the definitions."""
    found: dict[str, list[Figure]] = {}
    for figure in figures.values():
        found.setdefault(figure.definition.section, []).append(figure)
    return list(found.items())
