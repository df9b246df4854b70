"""Random draws of single acts whose totals are the published figures. Pure: the random generator is passed in."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def with_mean(count: int, mean: float, bounds: tuple[int, int], chance: Random) -> list[int]:
    """`count` whole numbers within `bounds` (inclusive) whose sum is `count` times `mean`, rounded."""
    low, high = bounds
    spread = (high - low) / 6
    drawn = [min(high, max(low, round(chance.gauss(mean, spread)))) for _ in range(count)]
    missing = round(count * mean) - sum(drawn)
    step = 1 if missing > 0 else -1
    while missing:
        number = chance.randrange(count)
        if low <= drawn[number] + step <= high:
            drawn[number] += step
            missing -= step
    return drawn


def with_shares(count: int, shares: Mapping[T, float], chance: Random) -> list[T]:
    """`count` choices in a random order, each as often as its share says; the first one absorbs the rounding."""
    times = {choice: round(count * share / sum(shares.values())) for choice, share in shares.items()}
    times[next(iter(times))] += count - sum(times.values())
    drawn = [choice for choice, n in times.items() for _ in range(n)]
    chance.shuffle(drawn)
    return drawn


def spread(items: Sequence[T], among: int, chance: Random) -> list[T | None]:
    """The items given to people at random, at most one each; None for the others of the `among` people."""
    places: list[T | None] = [*items, *([None] * (among - len(items)))]
    chance.shuffle(places)
    return places


def dealt(items: Sequence[T], hands: int, chance: Random) -> list[list[T]]:
    """The items dealt to `hands` people at random, each item once; some people tend to get many and others few."""
    eagerness = [chance.betavariate(1.2, 2) for _ in range(hands)]
    held: list[list[T]] = [[] for _ in range(hands)]
    for item, hand in zip(items, chance.choices(range(hands), eagerness, k=len(items)), strict=True):
        held[hand].append(item)
    return held
