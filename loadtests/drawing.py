"""Draws from a published figure the single acts that bring it about: pure, from a seed."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def with_mean(count: int, mean: float, bounds: tuple[int, int], chance: Random) -> list[int]:
    """So many whole numbers within `bounds` whose sum is `count` times the mean, rounded."""
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
    """So many choices in a random order, each as often as its share says; the first takes what rounding leaves."""
    times = {choice: round(count * share / sum(shares.values())) for choice, share in shares.items()}
    times[next(iter(times))] += count - sum(times.values())
    drawn = [choice for choice, n in times.items() for _ in range(n)]
    chance.shuffle(drawn)
    return drawn


def spread(items: Sequence[T], among: int, chance: Random) -> list[T | None]:
    """One item each for some of so many people, by chance; None for the others."""
    places: list[T | None] = [*items, *([None] * (among - len(items)))]
    chance.shuffle(places)
    return places


def dealt(items: Sequence[T], hands: int, chance: Random) -> list[list[T]]:
    """The items dealt to so many hands by chance, some eager and some shy; each item once."""
    eagerness = [chance.betavariate(1.2, 2) for _ in range(hands)]
    held: list[list[T]] = [[] for _ in range(hands)]
    for item, hand in zip(items, chance.choices(range(hands), eagerness, k=len(items)), strict=True):
        held[hand].append(item)
    return held
