"""Who registered: how many against the target, on which day, and from where."""

from collections import Counter
from collections.abc import Iterator

from server.analytics.facts import Facts
from server.analytics.figures import Figure, breakdown, breakdown_of_people, count

NOT_STATED = "Not stated"


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about registrations."""
    confirmed = facts.confirmed()
    states = Counter(row.state for row in facts.registrations)
    people = len(confirmed)
    yield count("registrations", people, of=len(facts.registrations))
    yield Figure("registrations_target", facts.target)
    share = people / facts.target if facts.target else None
    yield Figure("registrations_share_of_target", share, people, facts.target)
    yield count("registrations_waitlisted", states["waitlisted"], of=len(facts.registrations))
    yield count("registrations_cancelled", states["cancelled"], of=len(facts.registrations))
    yield count("people_erased", facts.erased, of=len(facts.registrations))
    yield breakdown("registrations_by_day", _by_day(facts))
    for attribute in ("source", "sector", "place"):
        people_by = Counter(getattr(row, attribute) for row in confirmed)
        ordered = dict(sorted(people_by.items(), key=lambda cell: (not cell[0], -cell[1], cell[0].casefold())))
        yield breakdown_of_people(f"registrations_by_{attribute}", ordered, {"": NOT_STATED})


def _by_day(facts: Facts) -> dict[str, int]:
    """Registrations by the day they were made, in the event's zone, in order."""
    days = Counter(row.created_at.astimezone(facts.zone).date().isoformat() for row in facts.confirmed())
    return dict(sorted(days.items()))
