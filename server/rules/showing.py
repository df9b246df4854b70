"""A session's picture as one viewer begins to watch it: where it starts, and what stands in its place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.rules.crowd import Crowd
from server.rules.phases import PHASES, PhaseFacts, PhaseRule, rule_of

SEEN_LITTLE_S = 5
"""A viewer who left a recording before this second begins it again."""
SEEN_ALL_S = 10
"""A viewer who left a recording with fewer seconds to come than this begins it again too."""


@dataclass(frozen=True, kw_only=True)
class Showing:
    """The facts from which the player of a session's page is drawn, for one viewer.

    Seconds are of the recording; `watched_s`, `begins_s` and `length_s` are of the film (see `rooms.playback.cuts`).
    """

    facts: PhaseFacts
    is_late: bool = False
    """Its hour has come, and it has not started."""
    left_s: float = 0
    """The second at which the viewer left the recording."""
    asked_s: int | None = None
    """The second that the page's address asks for."""
    watched_s: float = 0
    """The furthest second that the viewer has seen."""
    begins_s: float = 0
    """The second at which the recording begins."""
    length_s: float = 0
    recorded_s: float = 0
    """The length of the recording."""
    captions: bool = False
    """The viewer wants captions from the start."""
    interpreter: bool = False
    """The viewer wants the sign-language window from the start."""
    is_signed: bool = False
    """There is an interpreter's picture."""
    chapters: Sequence[tuple[float, str]] = ()
    crowd: Crowd | None = None
    phases: Sequence[PhaseRule] = PHASES
    """The table that the player looks up the next phases in."""

    @property
    def phase(self) -> str:
        return rule_of(self.facts).phase

    @property
    def card(self) -> str | None:
        return rule_of(self.facts).card

    @property
    def start_s(self) -> float:
        """The second at which the recording starts to play."""
        if self.asked_s is not None:
            return self.asked_s
        return self.left_s if SEEN_LITTLE_S <= self.left_s <= self.recorded_s - SEEN_ALL_S else 0
