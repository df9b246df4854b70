"""How a figure reads: the number a person sees, and what stands behind it, in words."""

from server.analytics.figures import Cell, Figure
from server.wording import number, span

NOTHING = "nothing yet"
WITHHELD = "withheld"


def value_of(figure: Figure) -> str:
    """The figure's value as it is shown: 1,240, 6.1, 74 %, 2.2 times, 48 min; in words when there is none."""
    if figure.withheld:
        return WITHHELD
    if figure.value is None:
        return "not set" if figure.name == "registrations_target" else NOTHING
    if isinstance(figure.value, tuple):
        return NOTHING if not figure.value else number(figure.numerator or 0)
    return worded(figure.value, figure.definition.unit)


def worded(value: float, unit: str) -> str:
    """A number in its unit."""
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
    """What the value was made of: "12 of 40", or nothing."""
    if figure.withheld or figure.denominator is None or figure.numerator is None:
        return ""
    if figure.definition.unit in ("mean", "effect", "minutes"):
        return f"{number(figure.denominator)} people" if figure.denominator else ""
    return f"{number(figure.numerator)} of {number(figure.denominator)}"


def uncertainty(figure: Figure) -> str:
    """The 95 % interval in words; nothing when there is none."""
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
    return worded(cell.value, "minutes" if figure.name.startswith("attendance_minutes") else "people")
