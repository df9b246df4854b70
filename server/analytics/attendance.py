"""Attendance: distinct people, not tabs, and the minutes for which each was known to be there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from server.analytics.facts import LIVE, Facts, SessionFact
from server.analytics.figures import Cell, Figure, breakdown, count
from server.surveys.scoring import median

Span = tuple[datetime, datetime]
Present = Mapping[UUID, Mapping[UUID, timedelta]]
"""The time that each person was in each session, by session and then by person."""


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about attendance at live sessions."""
    registered = len(facts.placed())
    live = presence(facts, LIVE)
    yield count("attendance_people", len({person for people in live.values() for person in people}), of=registered)
    yield _median_minutes(live)
    titles = {session.slug: session.title for session in facts.sessions}
    yield breakdown("attendance_by_session", {s.slug: len(live[s.id]) for s in facts.sessions}, titles)
    yield Figure("attendance_minutes_by_session", tuple(_minutes_cell(s, live[s.id]) for s in facts.sessions))


def presence(facts: Facts, wave: str) -> dict[UUID, dict[UUID, timedelta]]:
    """The time that each person spent in each session, live (within its actual start and end) or on demand."""
    spans: dict[tuple[UUID, UUID], list[Span]] = defaultdict(list)
    for stay in facts.stays:
        if stay.wave == wave:
            spans[stay.session, stay.person].append((stay.started_at, stay.seen_at))
    found: dict[UUID, dict[UUID, timedelta]] = {session.id: {} for session in facts.sessions}
    actual = {session.id: _actual(session) if wave == LIVE else None for session in facts.sessions}
    for (session_id, person), theirs in spans.items():
        if (time := time_present(theirs, actual[session_id])) is not None:
            found[session_id][person] = time
    return found


def time_present(spans: Iterable[Span], within: Span | None = None) -> timedelta | None:
    """The length of the union of a person's spans, cut to `within`; None when no span overlaps `within`.

    Time in several tabs at once counts once.
    """
    kept = sorted(cut for span in spans if (cut := _cut(span, within or span)))
    if not kept:
        return None
    total, reached = timedelta(), kept[0][0]
    for start, end in kept:
        total += max(end, reached) - max(start, reached)
        reached = max(reached, end)
    return total


def _cut(span: Span, within: Span) -> Span | None:
    """The part of `span` inside `within`, or None.

    A stay that has only begun is a span of length zero, and is kept. A longer span that only touches `within` is not.
    """
    start, end = max(span[0], within[0]), min(span[1], within[1])
    return (start, end) if start < end or span[0] == span[1] == start == end else None


def _actual(session: SessionFact) -> Span:
    """The session's actual start and end. The latest possible time stands for a start or end that has not happened."""
    latest = datetime.max.replace(tzinfo=session.starts_at.tzinfo)
    return session.started_at or latest, session.ended_at or latest


def _minutes_cell(session: SessionFact, people: Mapping[UUID, timedelta]) -> Cell:
    middle = median([time / timedelta(minutes=1) for time in people.values()])
    return Cell(session.slug, session.title, middle)


def _median_minutes(live: Present) -> Figure:
    """The median over people of each person's minutes in all sessions together."""
    minutes: dict[UUID, float] = defaultdict(float)
    for people in live.values():
        for person, time in people.items():
            minutes[person] += time / timedelta(minutes=1)
    total = sum(minutes.values()) if minutes else None
    return Figure("attendance_minutes_median", median(list(minutes.values())), total, len(minutes))
