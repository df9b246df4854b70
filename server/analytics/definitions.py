"""The definition of each figure, read from `DEFINITIONS.md`: the one source for the page, the JSON and the export."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("DEFINITIONS.md")
ENTRY = re.compile(
    r"^### `(?P<name>\w+)` · (?P<title>.+)\n"
    r"(?P<meaning>\S.*)\n"
    r"- Numerator: (?P<numerator>.+)\n"
    r"- Denominator: (?P<denominator>.+)\n"
    r"- Left out: (?P<left_out>.+)\n"
    r"- Unit: (?P<unit>people|count|mean|share|minutes|effect|breakdown|text)\n",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Definition:
    """The meaning of a figure: its numerator, its denominator and its exclusions."""

    section: str
    name: str
    title: str
    meaning: str
    numerator: str
    denominator: str
    left_out: str
    unit: str

    @property
    def text(self) -> str:
        """The whole definition in one line."""
        return f"{self.meaning} Numerator: {self.numerator} Denominator: {self.denominator} Left out: {self.left_out}"


@cache
def definitions() -> dict[str, Definition]:
    """Every definition by its figure's name, in the order of `DEFINITIONS.md`.

    Raises ValueError when an entry does not have the form of `ENTRY`, or a name stands twice.
    """
    prose = SOURCE.read_text(encoding="utf-8")
    sections = prose.split("\n## ")[1:]
    found = {
        entry["name"]: Definition(section=section.partition("\n")[0], **entry.groupdict())
        for section in sections
        for entry in ENTRY.finditer(section)
    }
    if len(found) != prose.count("\n### "):
        raise ValueError("an entry of DEFINITIONS.md is malformed or defined twice")
    return found
