"""The names that an export uses: pseudonyms for people, slugs for sessions, the event's zone for times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from server.analytics.export.records import Records
from server.analytics.report import Report

Naming = Callable[[UUID], str]


@dataclass(frozen=True)
class Telling:
    """An event to export: its rows, its figures, and the pseudonyms of its people.

    `respondent` gives other pseudonyms than `person`, so that answers cannot be joined to the rest of a person's rows.
    """

    records: Records
    report: Report
    person: Naming
    respondent: Naming
    identified: bool = False
    """True when names were asked for. Answers keep their pseudonyms even then."""

    def at(self, happened_at: datetime | None) -> str | None:
        """A time in ISO 8601, to the millisecond, with the offset of the event's zone; None stays None."""
        if happened_at is None:
            return None
        return happened_at.astimezone(self.records.facts.zone).isoformat(timespec="milliseconds")

    def second(self, happened_at: datetime | None) -> str | None:
        """A time as `at` writes it, but to the second."""
        if happened_at is None:
            return None
        return happened_at.astimezone(self.records.facts.zone).isoformat(timespec="seconds")

    def day(self, happened_at: datetime | None) -> str | None:
        """The day of a time in the event's zone; None stays None. A finer time would tell who registered."""
        return None if happened_at is None else str(happened_at.astimezone(self.records.facts.zone).date())

    def session(self, session_id: UUID) -> str:
        """The session's slug."""
        return self._slugs[session_id]

    @cached_property
    def _slugs(self) -> dict[UUID, str]:
        return {session.id: session.slug for session in self.records.facts.sessions}
