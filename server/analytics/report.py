"""All figures of an event, from its raw rows, in the order of the report."""

from collections.abc import Callable, Iterator

from server.analytics import attendance, catching_up, feedback, hashtag, lounge, reactions, registrations, watching
from server.analytics.facts import Facts
from server.analytics.figures import Figure

Report = dict[str, Figure]
"""Every figure under its name."""

SECTIONS: tuple[Callable[[Facts], Iterator[Figure]], ...] = (
    registrations.figures,
    attendance.figures,
    watching.figures,
    reactions.figures,
    feedback.figures,
    catching_up.figures,
    lounge.figures,
    hashtag.figures,
)


def report(facts: Facts) -> Report:
    """Every figure. The rows are its only source, so the same rows always give the same report."""
    return {figure.name: figure for section in SECTIONS for figure in section(facts)}
