"""Generalisation of personal attributes: any combination that an export shows is shared by at least five rows."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from server.surveys.suppression import withheld

WITHHELD = "withheld"
"""Takes the place of a value that is not shown."""

Attributes = tuple[str, ...]


def generalised(rows: Sequence[Attributes]) -> list[Attributes]:
    """Each row's attributes, read from left to right and withheld from the first one that too few rows share.

    Rows whose earlier attributes are alike form a group. In each group, the counts of the next attribute are a table
    with secondary suppression. A value that the counts of all rows together withhold is withheld in every row.
    """
    told: list[Attributes] = [()] * len(rows)
    for column in range(len(rows[0]) if rows else 0):
        rare = withheld(Counter(row[column] for row in rows))
        alike: dict[Attributes, list[int]] = defaultdict(list)
        for place, so_far in enumerate(told):
            alike[so_far].append(place)
        for so_far, places in alike.items():
            values = Counter(rows[place][column] for place in places)
            hidden = set(values) if WITHHELD in so_far else withheld(values, anyway=rare)
            for place in places:
                value = rows[place][column]
                told[place] = (*so_far, WITHHELD if value in hidden else value)
    return told
