"""The phase of a session as its viewers see it, in one table: which phase, and which card stands for the picture.

Pure. The page is drawn by this table and gives it to its player, which looks up the phase again with each move of the
session and of its stage (static/js/models/phases.js).
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Phase = Literal["waiting", "running", "between", "paused", "on-demand", "over", "withdrawn", "cancelled", "nothing"]


class PhaseFacts(NamedTuple):
    """The facts that decide the phase of a session."""

    state: str
    """Of `server.rules.lifecycles.SESSION`."""
    recording: str
    """Of `server.rules.lifecycles.RECORDING`, or `closed`: it was open until the day on which recordings close."""
    air: str
    """The state of its stage, of `server.rules.lifecycles.STAGE`; `none` without a stage."""
    source: str
    """The source of its picture: `film`, `stage` or `none`."""


class PhaseRule(NamedTuple):
    """A row of the table: it holds for facts that are each among those in `when`."""

    when: Mapping[str, tuple[str, ...]]
    phase: Phase
    card: str | None
    """The card that stands for the picture until something was seen; None for the picture itself."""


PHASES = (
    PhaseRule({"state": ("scheduled",)}, "waiting", "waiting"),
    PhaseRule({"state": ("cancelled",)}, "cancelled", "cancelled"),
    PhaseRule({"source": ("none",)}, "nothing", "nothing"),
    PhaseRule({"state": ("paused",)}, "paused", "paused"),
    PhaseRule({"state": ("live",), "air": ("standby", "countdown", "clear")}, "between", "between"),
    PhaseRule({"state": ("live",)}, "running", "starting"),
    PhaseRule({"recording": ("withdrawn",)}, "withdrawn", "withdrawn"),
    PhaseRule({"recording": ("open",)}, "on-demand", None),
    PhaseRule({}, "over", "over"),
)
"""The first rule that holds counts."""


def rule_of(facts: PhaseFacts) -> PhaseRule:
    """Look up the rule of a session: its phase, and the first card."""
    known = facts._asdict()
    return next(rule for rule in PHASES if all(known[name] in values for name, values in rule.when.items()))
