"""Rows that carry personal attributes, so generalised that fewer than five people never share what a row tells."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from server.surveys.suppression import withheld

WITHHELD = "withheld"
"""Stands in a cell for what is not told."""

Attributes = tuple[str, ...]


def generalised(rows: Sequence[Attributes]) -> list[Attributes]:
    """Each row's attributes, from left to right, until they would tell of too few people; the rest is withheld.

    Among rows that tell the same so far, the next attribute is suppressed like a table of counts. A value that is
    withheld in the attribute's own table of counts is withheld in every row.
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
