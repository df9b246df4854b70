"""The timetable of a load test's event. Pure: the seconds since its start are passed in."""

import math
from dataclasses import dataclass

ACTS = ("doors-open", "ovation", "everyone-reconnects")
DOORS_CLOSE, OVATION_BEGINS, OVATION_ENDS, RECONNECT, SURVEY_BEGINS = 0.3, 0.45, 0.6, 0.75, 0.85
"""Points of the day, as shares of its length."""


@dataclass(frozen=True)
class Day:
    """A day of `people` people and `seconds` seconds, with the acts that it has.

    People always come in at the start; with fewer `acts`, the others are left out. Every `gone_s` counts seconds from
    the start of the day.
    """

    people: int
    seconds: float
    acts: frozenset[str] = frozenset(ACTS)

    def here(self, gone_s: float) -> int:
        """The number of people who have come. If `doors-open` is the only act, they come over the whole day."""
        doors_s = self.seconds if self.acts == {"doors-open"} else self.seconds * DOORS_CLOSE
        return min(self.people, math.ceil(self.people * gone_s / doors_s))

    def is_ovation(self, gone_s: float) -> bool:
        return "ovation" in self.acts and OVATION_BEGINS <= gone_s / self.seconds < OVATION_ENDS

    def has_reconnected(self, gone_s: float) -> bool:
        """True from the moment on at which everybody loses the connection."""
        return "everyone-reconnects" in self.acts and gone_s / self.seconds >= RECONNECT

    def asks_for_answers(self, gone_s: float) -> bool:
        """True while people answer the survey."""
        return gone_s / self.seconds >= SURVEY_BEGINS

    def is_over(self, gone_s: float) -> bool:
        return gone_s >= self.seconds
