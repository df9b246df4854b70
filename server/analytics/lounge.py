"""Use of the networking tables."""

from collections.abc import Iterator

from server.analytics.facts import Facts
from server.analytics.figures import Figure, count


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about the lounge. Seats are no secret, so they are never withheld."""
    yield count("table_people", len(set(facts.seated)), of=len(facts.placed()))
    yield count("table_stays", len(facts.seated))
