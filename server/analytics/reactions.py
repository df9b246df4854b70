"""The figures of the reactions. Every key is accepted or refused, so each breakdown adds up to the accepted total."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from rooms.protocol import SIGNS
from server.analytics.facts import ACCEPTED, LIVE, ON_DEMAND, Facts, ReactionFact, SessionFact
from server.analytics.figures import Cell, Figure, breakdown, count


def figures(facts: Facts) -> Iterator[Figure]:
    """The figures about reactions."""
    accepted = [row for row in facts.reactions if row.outcome == ACCEPTED]
    refused = Counter(row.outcome for row in facts.reactions if row.outcome != ACCEPTED)
    tapped = len(facts.reactions)
    yield count("reactions_accepted", len(accepted), of=tapped)
    yield count("reactions_tapped", tapped)
    yield count("reactions_refused", refused.total(), of=tapped)
    yield breakdown("reactions_refused_by_reason", dict(sorted(refused.items())))
    yield count("reactions_dropped", facts.dropped)
    yield count("reactors", len({row.person for row in accepted}), of=len(facts.placed()))
    waves = Counter(row.wave for row in accepted)
    yield count("reactions_live", waves[LIVE], of=len(accepted))
    yield count("reactions_on_demand", waves[ON_DEMAND], of=len(accepted))
    emoji = Counter(row.emoji for row in accepted)
    labels: dict[str, str] = {name: f"{sign} {name}" for name, sign in SIGNS.items()}
    yield breakdown("reactions_by_emoji", {name: emoji[name] for name in SIGNS}, labels)
    yield from _by_session(facts, accepted)


def _by_session(facts: Facts, accepted: list[ReactionFact]) -> Iterator[Figure]:
    """The accepted reactions by session, and by minute of each session."""
    by_id = {session.id: session for session in facts.sessions}
    titles = {session.slug: session.title for session in facts.sessions}
    totals = Counter(row.session for row in accepted)
    yield breakdown("reactions_by_session", {s.slug: totals[s.id] for s in facts.sessions}, titles)
    minutes = Counter((by_id[row.session].slug, minute_of(row, by_id[row.session])) for row in accepted)
    cells = tuple(
        Cell(str(minute), f"{titles[slug]}, minute {minute}", number, group=slug)
        for (slug, minute), number in sorted(minutes.items())
    )
    yield Figure("reactions_by_minute", cells, len(accepted), len(accepted))


def minute_of(reaction: ReactionFact, session: SessionFact) -> int:
    """The minute of the session, counted from 0, that the sender was seeing.

    The media time comes from a browser, so a time before the start or past the end counts in the first or last minute.
    """
    seen: datetime = reaction.media_at or reaction.received_at
    began = session.started_at or session.starts_at
    last = session.ended_at or reaction.received_at
    return max(0, (min(seen, last) - began) // timedelta(minutes=1))
