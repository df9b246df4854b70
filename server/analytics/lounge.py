"""How many sat down at a networking table."""

from collections.abc import Iterator

from server.analytics.facts import Facts
from server.analytics.figures import Figure, count


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about the lounge: seats are no secret."""
    yield count("table_people", len(set(facts.seated)), of=len(facts.confirmed()))
    yield count("table_stays", len(facts.seated))
