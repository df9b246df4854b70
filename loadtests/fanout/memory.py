"""The memory that an idle connection needs in the server."""

import time

from loadtests.fanout.house import House
from loadtests.results import Figure

SETTLES_S = 5.0
WARM = 200
"""Connections that come first and are not measured: they make the server load everything that all of them share."""


def idle(house: House, people: int) -> float:
    """Resident memory, in KiB, for each connection that has joined its rooms and sends nothing."""
    with house.open(WARM) as occupied:
        before = occupied.server.memory_kib
        house.fill(occupied.crowd, people)
        until_s = time.monotonic() + SETTLES_S
        while time.monotonic() < until_s:
            occupied.crowd.listen(0.1)
        return (occupied.server.memory_kib - before) / (people - WARM)


def figures(found: list[float], people: int) -> list[Figure]:
    return [Figure(f"an idle connection, one of {people:,}", found, "KiB", at_most=26)]
