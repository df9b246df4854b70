"""Importing a list of people: a CSV file, read line by line by the rules of the registration form."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.acts.registration_form import TICKS, RegistrationForm
from server.models import Event
from server.web.forms import check

COLUMNS = tuple(name for name in RegistrationForm.model_fields if name not in ("understanding", "then"))
NEEDED = ("name", "email")
YES = frozenset({"yes", "y", "true", "1", "x"})
NO = frozenset({"", "no", "n", "false", "0"})
MOST = 20_000
"""Lines in one file."""


class ListUnreadable(Exception):
    """The file is not a list of people at all; the sentence says what to do."""


@dataclass(frozen=True)
class Wrong:
    """A mistake in one line of the file; lines count from 1, the header's."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        return (
            f"line {self.line}, {self.column}: {self.sentence}" if self.column else f"line {self.line}: {self.sentence}"
        )


def read_people(content: bytes, event: Event) -> tuple[list[RegistrationForm], list[Wrong]]:
    """The people of a list, and every mistake in it. Raises ListUnreadable."""
    people: list[RegistrationForm] = []
    wrong: list[Wrong] = []
    first_line: dict[str, int] = {}
    for line, values in rows(content):
        form = check(RegistrationForm, values, event)
        if form.input is None:
            wrong += [Wrong(line, name, sentence) for name, sentence in form.errors.items()]
        elif form.input.email in first_line:
            twice = f"{form.input.email} is in line {first_line[form.input.email]} already."
            wrong.append(Wrong(line, "email", twice))
        else:
            first_line[form.input.email] = line
            people.append(form.input)
    return people, wrong


def rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that is not empty, by column, with its number. Raises ListUnreadable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListUnreadable("The file is not UTF-8. Save it as “CSV UTF-8” and try again.") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    try:
        header = header_of(next(reader, []))
        for n, cells in enumerate(reader):
            if n >= MOST:
                raise ListUnreadable(f"The file has more than {MOST:,} lines. Split it and import the parts.")
            if any(cell.strip() for cell in cells):
                yield reader.line_num, row_of(header, cells)
    except csv.Error as error:
        raise ListUnreadable(f"Line {reader.line_num} is not CSV: {error}.") from error


def separator(text: str) -> str:
    """The character between two cells: a comma, or the semicolon or tab that some spreadsheets write."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def header_of(cells: Sequence[str]) -> list[str]:
    """The columns in their order. Raises ListUnreadable."""
    header = [cell.strip().casefold().replace(" ", "_").replace("-", "_") for cell in cells]
    if missing := [name for name in NEEDED if name not in header]:
        raise ListUnreadable(f"The first line must name the columns; {' and '.join(missing)} is missing.")
    if unknown := [name for name in header if name not in COLUMNS]:
        raise ListUnreadable(f"There is no column {unknown[0]!r}. There are: {', '.join(COLUMNS)}.")
    if len(set(header)) < len(header):
        raise ListUnreadable("A column is named twice in the first line.")
    return header


def row_of(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells of a line by their columns; yes and no are in the spelling of the registration form."""
    values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    for name in TICKS:
        word = values.get(name, "").casefold()
        if word in YES or word in NO:
            values[name] = "yes" if word in YES else ""
    return values
