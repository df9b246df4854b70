"""What an idle connection costs the server."""

import time

from loadtests.fanout.house import House
from loadtests.results import Figure

SETTLES_S = 5.0
WARM = 200
"""Those who come first make the server load what it needs for everybody."""


def idle(house: House, people: int) -> float:
    """KiB of resident memory for each connection that has joined its rooms and says nothing."""
    with house.open(WARM) as occupied:
        before = occupied.server.memory_kib
        house.fill(occupied.crowd, people)
        until = time.monotonic() + SETTLES_S
        while time.monotonic() < until:
            occupied.crowd.listen(0.1)
        return (occupied.server.memory_kib - before) / (people - WARM)


def figures(found: list[float], people: int) -> list[Figure]:
    return [Figure(f"an idle connection, one of {people:,}", found, "KiB", at_most=26)]
