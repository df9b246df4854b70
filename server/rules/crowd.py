"""Reactions by seconds of a recording: drawn along its time line, listed, and replayed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

COLUMNS = 120
"""Parts of the recording that the drawing tells apart."""
PEAKS = 5
PEAK_S = 10
"""Reactions within this many seconds of each other count as one moment."""
LEAST = 2
"""The fewest reactions that make a moment."""

Moments = Mapping[datetime, Mapping[str, int]]
"""For each media time, to the second, the count of each emoji."""


@dataclass(frozen=True)
class Peak:
    """A moment with more reactions than others: its first second, its reactions, its commonest emoji."""

    second: int
    count: int
    emoji: str


@dataclass(frozen=True)
class Crowd:
    """Everybody's reactions, live and on demand, by whole seconds of the recording."""

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
        """The moments that stand out, earliest first."""
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
        """The seconds with their reactions, earliest first, for replay."""
        return sorted(self.seconds.items())


def crowd(moments: Moments, second_of: Callable[[datetime], float | None], length: float) -> Crowd:
    """Place reactions at their seconds of a recording. Reactions to a part that was cut away are left out."""
    seconds: dict[int, Counter[str]] = defaultdict(Counter)
    for at, emoji in moments.items():
        second = second_of(at)
        if second is not None:
            seconds[int(second)].update(emoji)
    return Crowd(seconds, length)
