"""The sheets of an export: which rows each holds, and what every column of it means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Value = str | int | float | bool | None
Row = Sequence[Value]


class Column(NamedTuple):
    """A column and what it means; `identifying` ones are written only when names were asked for."""

    name: str
    meaning: str
    identifying: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of plain values; rows are as long as `columns`."""

    name: str
    about: str
    columns: Sequence[Column]
    rows: Sequence[Row] = field(repr=False)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def without_names(self) -> "Sheet":
        """The sheet without its identifying columns."""
        kept = [place for place, column in enumerate(self.columns) if not column.identifying]
        rows = [[row[place] for place in kept] for row in self.rows]
        return Sheet(self.name, self.about, [self.columns[place] for place in kept], rows)


README = "readme"
ABOUT = (
    "People appear under pseudonyms: one for what they did, another for what they answered, so that the two cannot be "
    "joined. What fewer than five people said or share is withheld, and so is what would give it away. Times are those "
    "of the event's zone, with their offset from UTC."
)


def readme(sheets: Iterable[Sheet]) -> Sheet:
    """The sheet that explains the others, a row for each column."""
    columns = [
        Column("sheet", "A sheet of this export."),
        Column("column", "One of its columns; empty: the sheet as a whole."),
        Column("meaning", "What it holds."),
    ]
    rows: list[Row] = [("", "", ABOUT)]
    for sheet in sheets:
        rows.append((sheet.name, "", sheet.about))
        rows.extend((sheet.name, column.name, column.meaning) for column in sheet.columns)
    return Sheet(README, "What every sheet and column of this export means.", columns, rows)
