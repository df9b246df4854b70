"""Watching on demand: who played a recording, and how much of it; a second that is played twice is seen once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from server.analytics.facts import ON_DEMAND, Facts, WatchFact
from server.analytics.figures import Cell, Figure, breakdown, count
from server.surveys.scoring import median

MINUTE_S = 60


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about watching recordings."""
    later = watched_later(facts)
    yield count("on_demand_people", len({person for person, _ in later}), of=len(facts.placed()))
    titles = {session.slug: session.title for session in facts.sessions}
    sessions = Counter(session for _, session in later)
    yield breakdown("on_demand_by_session", {s.slug: sessions[s.id] for s in facts.sessions}, titles)
    stretches = _by_person_and_session(facts)
    seen = {key: seconds_seen(theirs) for key, theirs in stretches.items()}
    yield _median("on_demand_minutes_median", _by_person(seen))
    yield _median(
        "on_demand_time_median", _by_person({key: seconds_spent(theirs) for key, theirs in stretches.items()})
    )
    by_session: dict[UUID, list[float]] = defaultdict(list)
    for (_, session), seconds in seen.items():
        by_session[session].append(seconds / MINUTE_S)
    cells = tuple(Cell(s.slug, s.title, median(by_session[s.id])) for s in facts.sessions)
    yield Figure("on_demand_minutes_by_session", cells)


def watched_later(facts: Facts) -> set[tuple[UUID, UUID]]:
    """The person and session of each recording that was played, known by a stay on demand or by a played stretch."""
    stays = {(stay.person, stay.session) for stay in facts.stays if stay.wave == ON_DEMAND}
    return stays | _by_person_and_session(facts).keys()


def seconds_seen(stretches: Iterable[WatchFact]) -> float:
    """The length in seconds of the union of a person's stretches of one recording; a repeat counts once."""
    total_s, reached_s = 0.0, 0.0
    for stretch in sorted(stretches, key=lambda each: each.begins_s):
        total_s += max(stretch.ends_s, reached_s) - max(stretch.begins_s, reached_s)
        reached_s = max(reached_s, stretch.ends_s)
    return total_s


def seconds_spent(stretches: Iterable[WatchFact]) -> float:
    """The seconds that playing took: half as many at double speed, twice as many for a stretch played twice."""
    return sum((stretch.ends_s - stretch.begins_s) / stretch.speed for stretch in stretches)


def _by_person_and_session(facts: Facts) -> dict[tuple[UUID, UUID], list[WatchFact]]:
    found: dict[tuple[UUID, UUID], list[WatchFact]] = defaultdict(list)
    for stretch in facts.watches:
        if stretch.ends_s > stretch.begins_s:
            found[stretch.person, stretch.session].append(stretch)
    return found


def _by_person(seconds: Mapping[tuple[UUID, UUID], float]) -> list[float]:
    """Each person's minutes in all recordings together, from seconds by person and session."""
    people: dict[UUID, float] = defaultdict(float)
    for (person, _), theirs in seconds.items():
        people[person] += theirs / MINUTE_S
    return list(people.values())


def _median(name: str, minutes: list[float]) -> Figure:
    return Figure(name, median(minutes), sum(minutes) if minutes else None, len(minutes))
