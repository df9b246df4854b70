"""How an export speaks of people, sessions and moments: by pseudonym, by slug, in the event's own time."""

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
    """One event to be told: its rows, its figures, and what to call people.

    `respondent` gives other names than `person`: what somebody said cannot be joined to who they are.
    """

    records: Records
    report: Report
    person: Naming
    respondent: Naming
    identified: bool = False
    """Whether names were asked for. Answers keep their pseudonyms all the same."""

    def at(self, moment: datetime | None) -> str | None:
        """ISO 8601 with the offset of the event's zone, to the millisecond."""
        if moment is None:
            return None
        return moment.astimezone(self.records.facts.zone).isoformat(timespec="milliseconds")

    def session(self, session_id: UUID) -> str:
        """The session's slug."""
        return self._slugs[session_id]

    @cached_property
    def _slugs(self) -> dict[UUID, str]:
        return {session.id: session.slug for session in self.records.facts.sessions}
