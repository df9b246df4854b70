"""The shape of a figure: its value, what it was divided by, and whether it may be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.analytics.definitions import Definition, definitions
from server.surveys import scoring, suppression
from server.surveys.scoring import ConfidenceInterval

TOO_FEW = "Fewer than five people: what so few said is not shown."
SPARSE = "Some of the answers were given by fewer than five people, so none of them is shown."
GIVES_AWAY = "Withheld with a small number beside it, which could be worked out from this one."


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of a breakdown. `key` is for programs, `label` for people, `group` the session it belongs to."""

    key: str
    label: str
    value: float | None
    group: str = ""
    withheld: bool = False

    def as_json(self) -> dict[str, Any]:
        """The cell as plain data; a group only where there is one."""
        group = {"group": self.group} if self.group else {}
        return {**group, "key": self.key, "label": self.label, "value": self.value, "withheld": self.withheld}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. A withheld one carries no number at all, only the reason in `why`.

    `value` is None also when there is nothing to compute it from yet.
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
        """The rows of a breakdown; none when there are none or they are withheld."""
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
    """A head count or a number of things, perhaps out of more of them. Never withheld."""
    return Figure(name, number, number, of)


def share(name: str, part: int, whole: int) -> Figure:
    """A share of people, 0 to 1, with Wilson's interval."""
    return Figure(name, scoring.share(part, whole), part, whole, scoring.share_interval(part, whole))


def average(name: str, values: Sequence[float]) -> Figure:
    """The mean of what people said, with its interval; withheld when too few said anything."""
    if suppression.too_few(len(values)):
        return Figure(name, why=TOO_FEW)
    interval = scoring.mean_interval(values)
    return Figure(name, scoring.mean(values), sum(values) if values else None, len(values), interval)


def breakdown(name: str, people: Mapping[str, int], labels: Mapping[str, str] | None = None) -> Figure:
    """Cells that hide no one: head counts by day, reactions by emoji. Not for personal attributes."""
    cells = tuple(Cell(key, (labels or {}).get(key, key), number) for key, number in people.items())
    total = sum(people.values())
    return Figure(name, cells, total, total)


def breakdown_of_people(name: str, people: Mapping[str, int], labels: Mapping[str, str] | None = None) -> Figure:
    """Cells by a personal attribute: small ones, and what would give them away, are withheld."""
    hidden = suppression.withheld(people)
    cells = tuple(
        Cell(key, (labels or {}).get(key, key), None if key in hidden else number, withheld=key in hidden)
        for key, number in people.items()
    )
    total = sum(people.values())
    return Figure(name, cells, total, total)


def distribution(name: str, answers: Sequence[int], scale: range) -> Figure:
    """How many gave each answer of a scale; withheld whole when any is too small, for the mean would give it away."""
    people = {str(step): 0 for step in scale}
    for answer in answers:
        people[str(answer)] += 1
    if suppression.withheld(people):
        return Figure(name, why=SPARSE)
    return breakdown(name, people)
