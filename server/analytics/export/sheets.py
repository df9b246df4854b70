"""The sheets of an export: their rows, and the meaning of every column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Value = str | int | float | bool | None
Row = Sequence[Value]


class Column(NamedTuple):
    """A column and its meaning; an `identifying` column is written only when names were asked for."""

    name: str
    meaning: str
    identifying: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of plain values; each row is as long as `columns`."""

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
    "People appear under pseudonyms: one for their actions and another for their answers, so that the two cannot be "
    "joined. An answer or an attribute that fewer than five people share is withheld, and so is every number from "
    "which a withheld one could be worked out. Times are in the event's zone, with their offset from UTC."
)


def readme(sheets: Iterable[Sheet]) -> Sheet:
    """The sheet that explains the others, with a row for each column."""
    columns = [
        Column("sheet", "A sheet of this export."),
        Column("column", "A column of that sheet; empty: the sheet as a whole."),
        Column("meaning", "The meaning of the sheet or column."),
    ]
    rows: list[Row] = [("", "", ABOUT)]
    for sheet in sheets:
        rows.append((sheet.name, "", sheet.about))
        rows.extend((sheet.name, column.name, column.meaning) for column in sheet.columns)
    return Sheet(README, "What every sheet and column of this export means.", columns, rows)
