"""Sheets of the reactions: every tapped reaction, the running totals, and the ledger that compares the two."""

from collections import Counter
from collections.abc import Iterator

from rooms.protocol import Reason
from server.analytics.export.people import PERSON, SESSION, WAVE
from server.analytics.export.sheets import Column, Row, Sheet
from server.analytics.export.telling import Telling
from server.analytics.facts import ACCEPTED, ReactionFact

EMOJI = Column("emoji", "clap, love, agree, laugh, wow or idea.")
REASONS: dict[Reason, str] = {
    "credit": "Refused: their sender had no credit left.",
    "busy": "Refused: too many waited for the database.",
    "not-live": "Refused: the session was not live.",
    "too-late": "Refused: they came too long after the session's end.",
}
"""The reasons for which a reaction in a session's ledger may be refused, with the meaning of each ledger column."""


def sheets(told: Telling) -> Iterator[Sheet]:
    """The sheets `reactions`, `tallies` and `ledger`."""
    yield reactions(told)
    yield tallies(told)
    yield ledger(told)


def reactions(told: Telling) -> Sheet:
    columns = [
        PERSON,
        SESSION,
        EMOJI,
        Column("outcome", "accepted, or the reason for the refusal."),
        WAVE,
        Column("media_at", "The moment of the programme that its sender was seeing."),
        Column("received_at", "Time at which it reached the server."),
        Column("sender", "A random number made at each page load; person, sender and n together name one reaction."),
        Column("n", "The reaction's number within its sender, from 1."),
    ]
    rows = [
        (
            told.person(row.person),
            told.session(row.session),
            row.emoji,
            row.outcome,
            row.wave,
            told.at(row.media_at),
            told.at(row.received_at),
            row.sender,
            row.n,
        )
        for row in told.records.facts.reactions
    ]
    about = "One row for each reaction that reached the server, accepted or refused."
    return Sheet("reactions", about, columns, sorted(rows, key=lambda row: (row[6] or "", row[0], row[7], row[8])))


def tallies(told: Telling) -> Sheet:
    """The running totals beside the number of rows that each should count."""
    columns = [
        SESSION,
        WAVE,
        EMOJI,
        Column("tally", "The running total as rooms showed it."),
        Column("rows", "Accepted rows in the sheet reactions."),
    ]
    stored = Counter((row.session, row.wave, row.emoji) for row in _accepted(told))
    shown = {(row.session, row.wave, row.emoji): row.n for row in told.records.tallies}
    rows = [
        (told.session(session), wave, emoji, shown.get((session, wave, emoji), 0), stored[session, wave, emoji])
        for session, wave, emoji in shown.keys() | stored.keys()
    ]
    return Sheet("tallies", "The running totals against the rows.", columns, sorted(rows))


def ledger(told: Telling) -> Sheet:
    """A row for each session, in which tapped = accepted + refused and the tally should equal accepted."""
    columns = [
        SESSION,
        Column("tapped", "Distinct reactions that reached the server."),
        Column("accepted", "Reactions that were accepted."),
        Column("refused", "Reactions that were refused; the next columns give the reasons."),
        *(Column(reason, meaning) for reason, meaning in REASONS.items()),
        Column("dropped_frames", "Frames dropped from flooding connections, which are not counted as reactions."),
        Column("tally", "The sum of the session's running totals."),
        Column("agrees", "True when the tally equals the number of accepted reactions."),
    ]
    tapped = Counter(row.session for row in told.records.facts.reactions)
    outcomes = Counter((row.session, row.outcome) for row in told.records.facts.reactions)
    accepted = Counter(row.session for row in _accepted(told))
    dropped: Counter[object] = Counter()
    tally: Counter[object] = Counter()
    for lost in told.records.dropped:
        dropped[lost.session] += lost.n
    for total in told.records.tallies:
        tally[total.session] += total.n
    rows: list[Row] = [
        (
            session.slug,
            tapped[session.id],
            accepted[session.id],
            tapped[session.id] - accepted[session.id],
            *(outcomes[session.id, reason] for reason in REASONS),
            dropped[session.id],
            tally[session.id],
            tally[session.id] == accepted[session.id],
        )
        for session in told.records.facts.sessions
    ]
    return Sheet("ledger", "One row for each session: every reaction accounted for.", columns, rows)


def _accepted(told: Telling) -> Iterator[ReactionFact]:
    return (row for row in told.records.facts.reactions if row.outcome == ACCEPTED)
