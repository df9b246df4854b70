"""Sheets of the figures: one row each with what it means, and the rows of those that are broken down."""

from collections.abc import Iterator

from server.analytics.export.sheets import Column, Row, Sheet
from server.analytics.export.telling import Telling
from server.analytics.figures import Figure

WITHHELD = Column("withheld", "Whether it is withheld because too few people stand behind it, or would give such away.")


def sheets(told: Telling) -> Iterator[Sheet]:
    """Figures, breakdowns."""
    yield figures(told)
    yield breakdowns(told)


def figures(told: Telling) -> Sheet:
    columns = [
        Column("figure", "The figure's name, as in the JSON report."),
        Column("title", "What it is called on the page."),
        Column("value", "Its value; shares are 0 to 1. Empty: withheld, nothing yet, or see the sheet breakdowns."),
        Column("low", "Lower end of its 95 % interval."),
        Column("high", "Upper end of its 95 % interval."),
        Column("numerator", "What was counted."),
        Column("denominator", "Out of how many."),
        WITHHELD,
        Column("definition", "What it means, counts, and leaves out."),
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
        Column("session", "The session's slug, where it is broken down within each."),
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
