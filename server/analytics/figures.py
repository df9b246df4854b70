"""The shape of a figure: its value, its numerator and denominator, its interval, and why it is withheld."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.analytics.definitions import Definition, definitions
from server.surveys import scoring, suppression
from server.surveys.scoring import ConfidenceInterval

TOO_FEW = "Fewer than five people: their answers are not shown."
SPARSE = "Some of the answers were given by fewer than five people, so none of them is shown."
GIVES_AWAY = "Withheld because a small number beside it could be worked out from this one."


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of a breakdown. `key` is for programs and `label` for people; `group` is its session's slug, if any."""

    key: str
    label: str
    value: float | None
    group: str = ""
    withheld: bool = False

    def as_json(self) -> dict[str, Any]:
        """The cell as plain data; without the key `group` when it has none."""
        group = {"group": self.group} if self.group else {}
        return {**group, "key": self.key, "label": self.label, "value": self.value, "withheld": self.withheld}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the report. A withheld figure carries no number at all, only the reason in `why`.

    `value` is also None while there is nothing to compute it from.
    """

    name: str
    value: float | tuple[Cell, ...] | tuple[str, ...] | None = None
    numerator: float | None = None
    denominator: float | None = None
    interval: ConfidenceInterval | None = None
    why: str = ""

    @property
    def withheld(self) -> bool:
        return bool(self.why)

    @property
    def definition(self) -> Definition:
        return definitions()[self.name]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The rows of a breakdown; empty for any other figure and for a withheld one."""
        rows = self.value if isinstance(self.value, tuple) else ()
        return tuple(row for row in rows if isinstance(row, Cell))

    def as_json(self) -> dict[str, Any]:
        """The figure as plain data, in the five keys that scripts rely on."""
        value = self.value
        if isinstance(value, tuple):
            value_json: Any = [row.as_json() if isinstance(row, Cell) else row for row in value]
        else:
            value_json = value
        return {
            "value": value_json,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "withheld": self.withheld,
            "definition": self.definition.text,
        }


def count(name: str, number: int, of: int | None = None) -> Figure:
    """A number of people or things, out of `of` where that is given. Never withheld."""
    return Figure(name, number, number, of)


def share(name: str, part: int, whole: int) -> Figure:
    """A share of people, 0 to 1, with Wilson's score interval."""
    return Figure(name, scoring.share(part, whole), part, whole, scoring.share_interval(part, whole))


def average(name: str, values: Sequence[float]) -> Figure:
    """The mean of people's answers with its confidence interval; withheld below five people."""
    if suppression.too_few(len(values)):
        return Figure(name, why=TOO_FEW)
    interval = scoring.mean_interval(values)
    return Figure(name, scoring.mean(values), sum(values) if values else None, len(values), interval)


def breakdown(name: str, people: Mapping[str, int], labels: Mapping[str, str] | None = None) -> Figure:
    """A breakdown without suppression: head counts by day, reactions by emoji. Not for personal attributes."""
    cells = tuple(Cell(key, (labels or {}).get(key, key), number) for key, number in people.items())
    total = sum(people.values())
    return Figure(name, cells, total, total)


def breakdown_of_people(name: str, people: Mapping[str, int], labels: Mapping[str, str] | None = None) -> Figure:
    """A breakdown by a personal attribute, with secondary suppression."""
    hidden = suppression.withheld(people)
    cells = tuple(
        Cell(key, (labels or {}).get(key, key), None if key in hidden else number, withheld=key in hidden)
        for key, number in people.items()
    )
    total = sum(people.values())
    return Figure(name, cells, total, total)


def distribution(name: str, answers: Sequence[int], scale: range) -> Figure:
    """The number of people who gave each answer of a scale.

    Withheld as a whole when one to four people gave any of the answers: with the mean, that cell could be worked out.
    """
    people = {str(step): 0 for step in scale}
    for answer in answers:
        people[str(answer)] += 1
    if suppression.withheld(people):
        return Figure(name, why=SPARSE)
    return breakdown(name, people)
