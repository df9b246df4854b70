"""Registrations: their number against the target, and breakdowns by day, source, sector and place."""

from collections import Counter
from collections.abc import Iterator, Sequence

from server.analytics.facts import Facts, RegistrationFact
from server.analytics.figures import TOO_FEW, Figure, breakdown, breakdown_of_people, count
from server.surveys import suppression

COLLEAGUE = "A colleague’s link to a moment"
"""The source of a person who registered by such a link, as `server.acts.registering` writes it."""
NOT_STATED = "Not stated"


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about registrations."""
    placed = facts.placed()
    states = Counter(row.state for row in facts.registrations)
    people, confirmed = len(placed), states["confirmed"]
    yield count("registrations", people, of=len(facts.registrations))
    yield count("registrations_confirmed", confirmed, of=people)
    yield count("registrations_held", states["held"], of=people)
    yield Figure("registrations_target", facts.target)
    share = confirmed / facts.target if facts.target else None
    yield Figure("registrations_share_of_target", share, confirmed, facts.target)
    yield count("registrations_released", states["released"], of=len(facts.registrations))
    yield count("registrations_waitlisted", states["waitlisted"], of=len(facts.registrations))
    yield count("registrations_cancelled", states["cancelled"], of=len(facts.registrations))
    yield count("registrations_catch_up", sum(_is_catch_up(facts, row) for row in placed), of=people)
    yield _by_colleague(placed)
    yield count("people_erased", facts.erased, of=len(facts.registrations))
    yield breakdown("registrations_by_day", _by_day(facts))
    for attribute in ("source", "sector", "place"):
        people_by = Counter(getattr(row, attribute) for row in placed)
        ordered = dict(sorted(people_by.items(), key=lambda cell: (not cell[0], -cell[1], cell[0].casefold())))
        yield breakdown_of_people(f"registrations_by_{attribute}", ordered, {"": NOT_STATED})


def _is_catch_up(facts: Facts, row: RegistrationFact) -> bool:
    """True when the registration was made after the event's last day, to watch its recordings."""
    return facts.ends_on is not None and row.created_at.astimezone(facts.zone).date() > facts.ends_on


def _by_colleague(placed: Sequence[RegistrationFact]) -> Figure:
    """The number of people who came by a link to a moment.

    The source of a registration is a personal attribute, so one to four people with it, or without it, are withheld.
    """
    came = sum(row.source == COLLEAGUE for row in placed)
    if suppression.too_few(came) or suppression.too_few(len(placed) - came):
        return Figure("registrations_by_colleague", why=TOO_FEW)
    return count("registrations_by_colleague", came, of=len(placed))


def _by_day(facts: Facts) -> dict[str, int]:
    """The registrations with a place of each day on which any were made, in the event's zone, in order."""
    days = Counter(row.created_at.astimezone(facts.zone).date().isoformat() for row in facts.placed())
    return dict(sorted(days.items()))
