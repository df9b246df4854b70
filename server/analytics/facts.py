"""The raw rows that figures are computed from, as plain values: what the store fetches, what the arithmetic reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

LIVE = "live"
ON_DEMAND = "on demand"
ACCEPTED = "accepted"


class RegistrationFact(NamedTuple):
    """One person's place, in whatever state it is."""

    person: UUID
    state: str
    created_at: datetime
    source: str
    sector: str
    place: str


class SessionFact(NamedTuple):
    """A session, its agenda times, and when it really began and ended (None: not yet)."""

    id: UUID
    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class StayFact(NamedTuple):
    """One stay of a person in a session, on one tab or device; `wave` is live or on demand."""

    person: UUID
    session: UUID
    wave: str
    started_at: datetime
    seen_at: datetime


class WatchFact(NamedTuple):
    """A stretch of a recording that a person played: from one second of it to another, at one speed."""

    person: UUID
    session: UUID
    begins: float
    ends: float
    speed: float = 1.0


class ReactionFact(NamedTuple):
    """One tapped emoji with its outcome: accepted, or the reason for which it was refused.

    Its key is (person, sender, n).
    """

    person: UUID
    session: UUID
    emoji: str
    outcome: str
    wave: str
    received_at: datetime
    media_at: datetime | None
    sender: str
    n: int


class AnswerFact(NamedTuple):
    """One value that a person gave to one question in one wave; `kind` is the question's."""

    person: UUID
    wave: str
    question: str
    kind: str
    number: int | None
    text: str | None


class ResponseFact(NamedTuple):
    """That a person answered a survey, whichever of its questions they answered."""

    person: UUID
    wave: str


class MentionFact(NamedTuple):
    """One imported post that carried the hashtag."""

    network: str
    impressions: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All raw rows of one event."""

    zone: ZoneInfo
    """The event's: a day in a figure is a day there."""
    target: int | None = None
    ends_on: date | None = None
    """The event's last day."""
    erased: int = 0
    """Registrations whose person was erased: the count stays, the person is gone."""
    sessions: Sequence[SessionFact] = ()
    registrations: Sequence[RegistrationFact] = ()
    stays: Sequence[StayFact] = ()
    watches: Sequence[WatchFact] = ()
    reactions: Sequence[ReactionFact] = ()
    dropped: int = 0
    """Frames that flooding connections sent past the hard limit."""
    responses: Sequence[ResponseFact] = ()
    answers: Sequence[AnswerFact] = ()
    mentions: Sequence[MentionFact] = ()
    seated: Sequence[UUID] = ()
    """The person of each stay at a networking table."""

    def confirmed(self) -> list[RegistrationFact]:
        """The registrations that hold a place."""
        return [row for row in self.registrations if row.state == "confirmed"]
