"""What happens when at a load test's event. Pure: told how many seconds have gone by."""

import math
from dataclasses import dataclass

ACTS = ("doors-open", "ovation", "everyone-reconnects")
DOORS_CLOSE, OVATION_BEGINS, OVATION_ENDS, RECONNECT, SURVEY_BEGINS = 0.3, 0.45, 0.6, 0.75, 0.85
"""Shares of the whole."""


@dataclass(frozen=True)
class Day:
    """So many people for so many seconds. People always have to come in first; the other acts may be left out."""

    people: int
    seconds: float
    acts: frozenset[str] = frozenset(ACTS)

    def here(self, gone: float) -> int:
        """How many have come by then; with the doors opening as the only act, they come through all of it."""
        doors = self.seconds if self.acts == {"doors-open"} else self.seconds * DOORS_CLOSE
        return min(self.people, math.ceil(self.people * gone / doors))

    def is_ovation(self, gone: float) -> bool:
        return "ovation" in self.acts and OVATION_BEGINS <= gone / self.seconds < OVATION_ENDS

    def has_reconnected(self, gone: float) -> bool:
        """Whether the moment at which everybody loses the connection has come."""
        return "everyone-reconnects" in self.acts and gone / self.seconds >= RECONNECT

    def asks_for_answers(self, gone: float) -> bool:
        """Whether the survey is answered now."""
        return gone / self.seconds >= SURVEY_BEGINS

    def is_over(self, gone: float) -> bool:
        return gone >= self.seconds
