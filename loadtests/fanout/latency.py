"""The time from the sending of a reaction until each receiver has been shown it."""

import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from loadtests.fanout.crowd import Crowd, Lost
from loadtests.fanout.house import House
from loadtests.results import Figure

STEP_S = 0.005
SETTLES_S = 3.0
SHOWN_WITHIN_S = 30.0
LOOKED_AT = 1_000
"""The most reactions that are followed to every receiver; they are spread evenly over the run."""


@dataclass(frozen=True)
class Seen:
    """Milliseconds until a reaction was shown, over all followed reactions and all receivers."""

    median_ms: float
    p99_ms: float
    missing: int
    """Number of receivers that were not shown everything, plus the number of lost connections."""


def ovation(house: House, people: int, per_second: float, seconds: float) -> Seen:
    """Send `per_second` reactions a second for `seconds` seconds, with `people` in the session."""
    with house.open(people) as occupied:
        crowd = occupied.crowd
        crowd.keeps_arrivals = True
        house.sent_s.clear()
        before = settled(crowd, house, people)
        clap = house.clapping(crowd, per_second)
        first = len(house.sent_s)
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            next(clap)
            crowd.listen(STEP_S)
        sent_s = np.array(house.sent_s[first:])
        everybody_is_shown(crowd, before + len(sent_s), people)
        return seen(crowd, sent_s, before, people)


def settled(crowd: Crowd, house: House, people: int) -> int:
    """Send one clap, wait until everybody has been shown it, and return the total then."""
    crowd.listen(SETTLES_S)
    next(house.clapping(crowd, 1))
    until_s = time.monotonic() + SHOWN_WITHIN_S
    while len(set(crowd.receivers)) < people:
        crowd.listen(STEP_S)
        if time.monotonic() > until_s:
            raise Lost("the first clap was not shown to everybody")
    return max(crowd.totals)


def everybody_is_shown(crowd: Crowd, everything: int, people: int) -> None:
    """Listen until the last total has reached everybody, or `SHOWN_WITHIN_S` has passed."""
    until_s = time.monotonic() + SHOWN_WITHIN_S
    while time.monotonic() < until_s and sum(total >= everything for total in crowd.totals[-people:]) < people:
        crowd.listen(0.2)


def seen(crowd: Crowd, sent_s: "np.ndarray[Any, Any]", before: int, people: int) -> Seen:
    """The waits of a run, from the sending times (monotonic seconds) and the arrivals in `crowd`.

    Reaction k counts as shown to a receiver with the first total there that is at least k above `before`.
    """
    arrived_s, receivers, totals = np.array(crowd.arrived_s), np.array(crowd.receivers), np.array(crowd.totals)
    order = np.argsort(receivers, kind="stable")
    arrived_s, receivers, totals = arrived_s[order], receivers[order], totals[order]
    starts = np.searchsorted(receivers, np.arange(people + 1))
    looked_at = np.linspace(0, len(sent_s) - 1, min(LOOKED_AT, len(sent_s)), dtype=int)
    waits_ms, missing = [], crowd.lost
    for start, end in pairwise(starts):
        shown = np.searchsorted(totals[start:end], before + 1 + looked_at)
        in_time = shown < end - start
        missing += not in_time.all()
        waits_ms.append((arrived_s[start:end][shown[in_time]] - sent_s[looked_at[in_time]]) * 1000)
    all_ms = np.concatenate(waits_ms)
    return Seen(float(np.median(all_ms)), float(np.percentile(all_ms, 99)), missing)


def figures(name: str, found: list[Seen], p99_ms: float) -> list[Figure]:
    return [
        Figure(f"{name}: until shown, median", [each.median_ms for each in found], "ms"),
        Figure(f"{name}: until shown, p99", [each.p99_ms for each in found], "ms", at_most=p99_ms),
        Figure(f"{name}: receivers that missed anything", [each.missing for each in found], at_most=0),
    ]
