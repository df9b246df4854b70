"""Sheets as files: CSV, XLSX or JSON. Each file is finished in a temporary folder and then moved into place."""

import csv
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import xlsxwriter  # type: ignore[import-untyped]

from server.analytics.export.sheets import ABOUT, Row, Sheet, Value, readme

Format = Literal["csv", "xlsx", "json"]
Progress = Callable[[str], None]
"""Called with the name of each file or sheet as it is begun."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters of a cell that a spreadsheet may run as a formula (OWASP, CSV injection)."""
XLSX_ROWS = 1_048_575
"""Rows of a worksheet below its header."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a ZIP can hold, used for every file so that the same sheets make the same bytes."""


def write(sheets: Sequence[Sheet], to: Path, kind: Format, name: str, progress: Progress) -> list[Path]:
    """Write the sheets into the folder `to`, which is made if needed, and return the files written.

    CSV is a file for each sheet and README.md; XLSX and JSON are one file called `name`. Raises OSError.
    """
    with _workshop(to) as workshop:
        match kind:
            case "csv":
                write_csv(sheets, workshop, progress)
            case "xlsx":
                write_xlsx(sheets, workshop / f"{name}.xlsx", progress)
            case "json":
                write_json(sheets, workshop / f"{name}.json", progress)
        to.mkdir(parents=True, exist_ok=True)
        return [made.replace(to / made.name) for made in sorted(workshop.iterdir())]


@contextmanager
def _workshop(to: Path) -> Iterator[Path]:
    """A temporary folder beside `to`, so that it is on the same disk; removed at the end."""
    to.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".export-", dir=to.parent))
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_csv(sheets: Sequence[Sheet], folder: Path, progress: Progress) -> None:
    """Write CSV (RFC 4180, UTF-8), with an apostrophe before any text that a spreadsheet would run."""
    for sheet in sheets:
        progress(sheet.name)
        with (folder / f"{sheet.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(sheet.names)
            writer.writerows([escaped(value) for value in row] for row in sheet.rows)
    (folder / "README.md").write_text(_prose(sheets), encoding="utf-8")


def escaped(value: Value) -> Value:
    """The value as it may stand in a CSV cell: numbers stay numbers, and booleans are `true` and `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _prose(sheets: Sequence[Sheet]) -> str:
    """The meaning of every sheet and column, in Markdown."""
    lines = ["# What is in this export", "", ABOUT, ""]
    for sheet in sheets:
        lines += [f"## {sheet.name}.csv", "", sheet.about, ""]
        lines += [f"- `{column.name}`: {column.meaning}" for column in sheet.columns]
        lines.append("")
    return "\n".join(lines)


def write_zip(sheets: Sequence[Sheet], path: Path, progress: Progress) -> None:
    """Write the CSV files into one archive."""
    with _workshop(path) as workshop:
        write_csv(sheets, workshop, progress)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for made in sorted(workshop.iterdir()):
                archive.writestr(zipfile.ZipInfo(made.name, EPOCH), made.read_bytes(), zipfile.ZIP_DEFLATED)


def write_json(sheets: Sequence[Sheet], path: Path, progress: Progress) -> None:
    """Write one object that holds a list of rows under each sheet's name, the readme among them."""
    told = {}
    for sheet in (readme(sheets), *sheets):
        progress(sheet.name)
        told[sheet.name] = [dict(zip(sheet.names, row, strict=True)) for row in sheet.rows]
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_xlsx(sheets: Sequence[Sheet], path: Path, progress: Progress) -> None:
    """Write one workbook, with every text written as text so that none of it can run.

    A sheet of more than `XLSX_ROWS` rows goes on in a further worksheet.
    """
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"created": datetime(*EPOCH[:3], tzinfo=UTC)})
        bold = workbook.add_format({"bold": True})
        for sheet in (readme(sheets), *sheets):
            progress(sheet.name)
            for part, rows in enumerate(_parts(sheet.rows), start=1):
                worksheet = workbook.add_worksheet(sheet.name if part == 1 else f"{sheet.name} {part}")
                worksheet.freeze_panes(1, 0)
                worksheet.set_column(0, len(sheet.columns) - 1, 22)
                _write_row(worksheet, 0, sheet.names, bold)
                for number, row in enumerate(rows, start=1):
                    _write_row(worksheet, number, row)


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows in portions that fit a worksheet; one empty portion when there are no rows."""
    for start in range(0, max(len(rows), 1), XLSX_ROWS):
        yield rows[start : start + XLSX_ROWS]


def _write_row(worksheet: Any, number: int, row: Row, style: Any = None) -> None:
    for place, value in enumerate(row):
        match value:
            case bool():
                worksheet.write_boolean(number, place, value, style)
            case int() | float():
                worksheet.write_number(number, place, value, style)
            case str():
                worksheet.write_string(number, place, value, style)
