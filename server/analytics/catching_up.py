"""Catching up on demand: the people who said that they would watch later against those who did."""

from collections import Counter
from collections.abc import Iterator, Mapping
from uuid import UUID

from server.analytics.facts import Facts
from server.analytics.feedback import texts
from server.analytics.figures import GIVES_AWAY, Figure, share
from server.analytics.watching import watched_later
from server.surveys import suppression
from server.surveys.published import AFTER

INTENTION = "watch_later"


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about catching up on demand."""
    registered = {row.person for row in facts.placed()}
    watched = {person for person, _ in watched_later(facts)} & registered
    yield share("caught_up_share", len(watched), len(registered))
    chosen = {person: choice.casefold() for person, choice in texts(facts, AFTER, INTENTION).items()}
    willing = {person for person, choice in chosen.items() if choice == "yes"}
    if _tells(chosen, willing, watched, registered):
        yield Figure("watch_later_yes_caught_up_share", why=GIVES_AWAY)
    else:
        yield share("watch_later_yes_caught_up_share", len(willing & watched), len(willing))


def _tells(chosen: Mapping[UUID, str], willing: set[UUID], watched: set[UUID], registered: set[UUID]) -> bool:
    """True when the share would disclose the answer of one to four people.

    Crossing "said yes" with "watched" gives four cells. Who watched is not secret and all four margins are published,
    so each of the four cells must be empty or reach the threshold.
    """
    crossed = Counter((person in willing, person in watched) for person in registered | chosen.keys())
    made = Counter(chosen.values())
    return bool(willing) and bool(suppression.withheld(crossed) or "yes" in suppression.withheld(made))
