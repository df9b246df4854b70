"""Rows for the export beyond the facts that figures are computed from: names, titles, texts, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from server.analytics.facts import Facts


class RegistrationRecord(NamedTuple):
    """A registration with all that the person stated in it; `name` and `email` are None after an erasure."""

    person: UUID
    state: str
    created_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    sector: str
    place: str
    source: str
    name: str | None
    email: str | None
    organisation: str
    job_role: str
    captions: bool
    transcript: bool
    interpreter: bool
    calm: bool
    access_note: str
    directory: bool


class SessionRecord(NamedTuple):
    """A session as the agenda shows it, with its actual times."""

    id: UUID
    slug: str
    title: str
    track: str | None
    kind: str
    state: str
    starts_at: datetime
    ends_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    recording: str


class TallyRecord(NamedTuple):
    """A running total of one emoji in a session and wave, to compare with the rows."""

    session: UUID
    wave: str
    emoji: str
    n: int


class DroppedRecord(NamedTuple):
    """The number of frames dropped from a flooding connection in a session."""

    session: UUID
    n: int


class QuestionRecord(NamedTuple):
    """A question as it was asked."""

    wave: str
    name: str
    kind: str
    text: str
    choices: list[str]


class AnnouncementRecord(NamedTuple):
    """An announcement of the organiser."""

    created_at: datetime
    withdrawn_at: datetime | None
    text: str


class TableRecord(NamedTuple):
    """A networking table; `host` is the name of its host as the agenda gives it."""

    id: UUID
    title: str
    topic: str
    host: str | None
    seats: int
    state: str


class TableStayRecord(NamedTuple):
    """A person's stay at a table; `left_at` is None while the person sits there."""

    person: UUID
    table: UUID
    sat_at: datetime
    left_at: datetime | None


class MentionRecord(NamedTuple):
    """An imported post that carries the hashtag."""

    posted_at: datetime
    network: str
    impressions: int


@dataclass(frozen=True, slots=True)
class Records:
    """All rows of one event for its export."""

    slug: str
    title: str
    facts: Facts
    registrations: Sequence[RegistrationRecord] = ()
    sessions: Sequence[SessionRecord] = ()
    tallies: Sequence[TallyRecord] = ()
    dropped: Sequence[DroppedRecord] = ()
    questions: Sequence[QuestionRecord] = ()
    announcements: Sequence[AnnouncementRecord] = ()
    tables: Sequence[TableRecord] = ()
    table_stays: Sequence[TableStayRecord] = ()
    mentions: Sequence[MentionRecord] = ()
