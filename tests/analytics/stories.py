"""Makers of raw rows for small events, without a database."""

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

from server.analytics.facts import (
    AnswerFact,
    Facts,
    ReactionFact,
    RegistrationFact,
    ResponseFact,
    SessionFact,
    StayFact,
)
from server.surveys.published import QUESTIONS

LONDON = ZoneInfo("Europe/London")
NINE = datetime(2022, 6, 28, 8, 0, tzinfo=UTC)
"""Nine in the morning in London, in summer time."""


def person(name: object) -> UUID:
    """The id of a person; the same name always gives the same id."""
    return uuid5(NAMESPACE_OID, str(name))


def at(minute: float) -> datetime:
    """The time that many minutes after nine."""
    return NINE + timedelta(minutes=minute)


def session(slug: str = "hearts", start: float = 0, end: float | None = 30) -> SessionFact:
    """A session with its actual start and end, in minutes after nine; without an end it still runs."""
    ended = None if end is None else at(end)
    return SessionFact(person(slug), slug, slug.title(), at(start), at(start + 30), at(start), ended)


def stay(who: object, start: float, end: float, where: str = "hearts", wave: str = "live") -> StayFact:
    return StayFact(person(who), person(where), wave, at(start), at(end))


def reaction(who: object, minute: float, emoji: str = "clap", outcome: str = "accepted", **more: str) -> ReactionFact:
    where, wave = more.get("where", "hearts"), more.get("wave", "live")
    times = (at(minute + 0.1), at(minute))
    return ReactionFact(person(who), person(where), emoji, outcome, wave, *times, "0" * 16, int(minute))


def registration(who: object, state: str = "confirmed", created: datetime = NINE, **columns: str) -> RegistrationFact:
    given = {"source": "", "sector": "", "place": "", **columns}
    return RegistrationFact(person(who), state, created, **given)


def answers(wave: str, question: str, given: dict[object, int | str]) -> list[AnswerFact]:
    """An answer of each person to one question: a number, or text."""
    kind = next(asked.kind for asked in QUESTIONS[wave] if asked.name == question)
    return [
        AnswerFact(person(who), wave, question, kind, value, None)
        if isinstance(value, int)
        else AnswerFact(person(who), wave, question, kind, None, value)
        for who, value in given.items()
    ]


def surveyed(rows: list[AnswerFact], registered: int = 0) -> Facts:
    """An event with these answers, and with `registered` other people."""
    responses = [ResponseFact(who, wave) for who, wave in dict.fromkeys((row.person, row.wave) for row in rows)]
    return Facts(
        zone=LONDON,
        answers=rows,
        responses=responses,
        registrations=[registration(n) for n in range(registered)],
    )
