"""Sheets of the figures: one with a row and the definition of each figure, one with the cells of the breakdowns."""

from collections.abc import Iterator

from server.analytics.export.sheets import Column, Row, Sheet
from server.analytics.export.telling import Telling
from server.analytics.figures import Figure

WITHHELD = Column(
    "withheld", "True when it is withheld: few people stand behind it, or such a number could be worked out from it."
)


def sheets(told: Telling) -> Iterator[Sheet]:
    """The sheets `figures` and `breakdowns`."""
    yield figures(told)
    yield breakdowns(told)


def figures(told: Telling) -> Sheet:
    columns = [
        Column("figure", "The figure's name, as in the JSON report."),
        Column("title", "Its title on the page."),
        Column("value", "Its value; shares are 0 to 1. Empty: withheld, nothing yet, or see the sheet breakdowns."),
        Column("low", "Lower end of its 95 % confidence interval."),
        Column("high", "Upper end of its 95 % confidence interval."),
        Column("numerator", "The number that was counted."),
        Column("denominator", "The number out of which it was counted."),
        WITHHELD,
        Column("definition", "Its meaning, its numerator and denominator, and the cases left out."),
    ]
    return Sheet("figures", "One row for each figure of the report.", columns, [_row(f) for f in told.report.values()])


def _row(figure: Figure) -> Row:
    value = None if isinstance(figure.value, tuple) else figure.value
    low, high = figure.interval or (None, None)
    made_of = (figure.numerator, figure.denominator, figure.withheld)
    return (figure.name, figure.definition.title, value, low, high, *made_of, figure.definition.text)


def breakdowns(told: Telling) -> Sheet:
    columns = [
        Column("figure", "The figure that is broken down."),
        Column("session", "The session's slug, in a figure that is broken down within each session."),
        Column("key", "The cell: a day, an emoji, a minute, a sector…"),
        Column("label", "The cell as the page names it."),
        Column("value", "Its value."),
        WITHHELD,
    ]
    rows = [
        (figure.name, cell.group, cell.key, cell.label, cell.value, cell.withheld)
        for figure in told.report.values()
        for cell in figure.cells
    ]
    return Sheet("breakdowns", "One row for each cell of a figure that is broken down.", columns, rows)
