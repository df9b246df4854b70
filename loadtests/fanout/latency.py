"""From the sending of a reaction until each receiver has been shown it."""

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
"""So many of the reactions are followed to every receiver, spread evenly."""


@dataclass(frozen=True)
class Seen:
    """Milliseconds until a reaction was shown, over reactions and receivers."""

    median_ms: float
    p99_ms: float
    missing: int
    """Receivers that were not shown everything, and connections lost."""


def ovation(house: House, people: int, per_second: float, seconds: float) -> Seen:
    """Everybody is in the session, and so many reactions are sent each second."""
    with house.open(people) as occupied:
        crowd = occupied.crowd
        crowd.keeps_arrivals = True
        house.sent.clear()
        before = settled(crowd, house, people)
        clap = house.clapping(crowd, per_second)
        first = len(house.sent)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            next(clap)
            crowd.listen(STEP_S)
        sent = np.array(house.sent[first:])
        everybody_is_shown(crowd, before + len(sent), people)
        return seen(crowd, sent, before, people)


def settled(crowd: Crowd, house: House, people: int) -> int:
    """The total when it begins, after one clap that everybody has been shown."""
    crowd.listen(SETTLES_S)
    next(house.clapping(crowd, 1))
    until = time.monotonic() + SHOWN_WITHIN_S
    while len(set(crowd.who)) < people:
        crowd.listen(STEP_S)
        if time.monotonic() > until:
            raise Lost("the first clap was not shown to everybody")
    return max(crowd.totals)


def everybody_is_shown(crowd: Crowd, everything: int, people: int) -> None:
    """Listen until the last total has reached everybody, or it takes too long."""
    until = time.monotonic() + SHOWN_WITHIN_S
    while time.monotonic() < until and sum(total >= everything for total in crowd.totals[-people:]) < people:
        crowd.listen(0.2)


def seen(crowd: Crowd, sent: "np.ndarray[Any, Any]", before: int, people: int) -> Seen:
    """Reaction k is shown to a receiver with the first total there that is at least k more than it was before."""
    when, who, totals = np.array(crowd.when), np.array(crowd.who), np.array(crowd.totals)
    order = np.argsort(who, kind="stable")
    when, who, totals = when[order], who[order], totals[order]
    starts = np.searchsorted(who, np.arange(people + 1))
    looked_at = np.linspace(0, len(sent) - 1, min(LOOKED_AT, len(sent)), dtype=int)
    waits, missing = [], crowd.lost
    for start, end in pairwise(starts):
        shown = np.searchsorted(totals[start:end], before + 1 + looked_at)
        in_time = shown < end - start
        missing += not in_time.all()
        waits.append((when[start:end][shown[in_time]] - sent[looked_at[in_time]]) * 1000)
    everything = np.concatenate(waits)
    return Seen(float(np.median(everything)), float(np.percentile(everything, 99)), missing)


def figures(name: str, found: list[Seen], p99_ms: float) -> list[Figure]:
    return [
        Figure(f"{name}: until shown, median", [each.median_ms for each in found], "ms"),
        Figure(f"{name}: until shown, p99", [each.p99_ms for each in found], "ms", at_most=p99_ms),
        Figure(f"{name}: receivers that missed anything", [each.missing for each in found], at_most=0),
    ]
