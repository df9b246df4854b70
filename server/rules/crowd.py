"""What the crowd did, second by second of a recording: drawn along its time line, listed, and replayed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

COLUMNS = 120
"""How many parts of the recording the drawing tells apart."""
PEAKS = 5
PEAK_S = 10
"""How near to each other reactions are that count as one moment."""
LEAST = 2
"""Fewer reactions than this are no moment of the crowd."""

Moments = Mapping[datetime, Mapping[str, int]]
"""For each media time, to the second, how many of each emoji."""


@dataclass(frozen=True)
class Peak:
    """A moment at which the crowd did most: the second at which it begins, how many reactions, the emoji in front."""

    second: int
    count: int
    emoji: str


@dataclass(frozen=True)
class Crowd:
    """The reactions of everybody, live and later, by whole seconds of the recording."""

    seconds: Mapping[int, Mapping[str, int]]
    length: float

    @property
    def columns(self) -> list[float]:
        """The height of each part of the recording's drawing, 0 to 1."""
        heights = [0.0] * COLUMNS
        for second, emoji in self.seconds.items():
            heights[min(COLUMNS - 1, int(second * COLUMNS / max(self.length, 1)))] += sum(emoji.values())
        most = max(heights)
        return [height / most for height in heights] if most else []

    @property
    def peaks(self) -> list[Peak]:
        """The moments that stand out, in the order of time."""
        parts: dict[int, Counter[str]] = defaultdict(Counter)
        for second, emoji in self.seconds.items():
            parts[second // PEAK_S].update(emoji)
        found = sorted(parts.items(), key=lambda part: -part[1].total())[:PEAKS]
        return [
            Peak(part * PEAK_S, counts.total(), counts.most_common(1)[0][0])
            for part, counts in sorted(found)
            if counts.total() >= LEAST
        ]

    @property
    def rows(self) -> Sequence[tuple[int, Mapping[str, int]]]:
        """As they are replayed, in the order of time."""
        return sorted(self.seconds.items())


def crowd(moments: Moments, second_of: Callable[[datetime], float | None], length: float) -> Crowd:
    """The crowd at its seconds of a recording; what happened in a part that was cut away is not in it."""
    seconds: dict[int, Counter[str]] = defaultdict(Counter)
    for moment, emoji in moments.items():
        second = second_of(moment)
        if second is not None:
            seconds[int(second)].update(emoji)
    return Crowd(seconds, length)
