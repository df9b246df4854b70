"""The raw rows that figures are computed from, as plain values. The store fetches them; the arithmetic reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from server.rules.lifecycles import PLACED

LIVE = "live"
ON_DEMAND = "on demand"
ACCEPTED = "accepted"


class RegistrationFact(NamedTuple):
    """A person's registration, in any state."""

    person: UUID
    state: str
    created_at: datetime
    source: str
    sector: str
    place: str


class SessionFact(NamedTuple):
    """A session with its scheduled start and end, and its actual ones (None: not yet)."""

    id: UUID
    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class StayFact(NamedTuple):
    """A person's stay in a session, on one tab or device; `wave` is live or on demand."""

    person: UUID
    session: UUID
    wave: str
    started_at: datetime
    seen_at: datetime


class WatchFact(NamedTuple):
    """A stretch of a recording that a person played at one speed.

    `begins_s` and `ends_s` count from the recording's start; `speed` is seconds of the recording per second.
    """

    person: UUID
    session: UUID
    begins_s: float
    ends_s: float
    speed: float = 1.0


class ReactionFact(NamedTuple):
    """A reaction with its outcome: accepted, or the reason for its refusal. Its key is (person, sender, n)."""

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
    """A person's answer to a question in one wave; `kind` is the kind of the question."""

    person: UUID
    wave: str
    question: str
    kind: str
    number: int | None
    text: str | None


class ResponseFact(NamedTuple):
    """A person's response to a survey, whichever of its questions they answered."""

    person: UUID
    wave: str


class MentionFact(NamedTuple):
    """An imported post that carries the hashtag."""

    network: str
    impressions: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All raw rows of one event."""

    zone: ZoneInfo
    """The event's time zone, which divides the figures into days."""
    target: int | None = None
    ends_on: date | None = None
    """The event's last day."""
    erased: int = 0
    """Number of registrations whose person was erased."""
    sessions: Sequence[SessionFact] = ()
    registrations: Sequence[RegistrationFact] = ()
    stays: Sequence[StayFact] = ()
    watches: Sequence[WatchFact] = ()
    reactions: Sequence[ReactionFact] = ()
    dropped: int = 0
    """Number of frames that flooding connections sent past the hard limit."""
    responses: Sequence[ResponseFact] = ()
    answers: Sequence[AnswerFact] = ()
    mentions: Sequence[MentionFact] = ()
    seated: Sequence[UUID] = ()
    """The person of each stay at a networking table."""

    def placed(self) -> list[RegistrationFact]:
        """The registrations that have a place, held or confirmed."""
        return [row for row in self.registrations if row.state in PLACED]
