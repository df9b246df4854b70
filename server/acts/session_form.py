"""The form of a session: its fields, and its hours in the time zone of its event."""

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from server.acts.event_form import Slug
from server.models import Event
from server.rules.session_hours import HoursGiven, read_hours
from server.web.forms import Form, SeveralLines

Kind = Literal["keynote", "talk", "panel", "assembly", "networking"]


class SessionForm(Form):
    """A session. Hours are wall time in the event's zone; where an hour has two readings, the offset chooses one."""

    title: str = Field(min_length=3, max_length=160)
    slug: Slug | None = None
    kind: Kind = "talk"
    track: uuid.UUID | None = None
    abstract: SeveralLines = Field(default="", max_length=5000)
    starts: datetime
    ends: datetime
    starts_offset: str = Field(default="", max_length=6)
    ends_offset: str = Field(default="", max_length=6)
    speakers: list[uuid.UUID] = Field(default=[], max_length=30)
    film: uuid.UUID | None = None
    signed_film: uuid.UUID | None = None
    stage: uuid.UUID | None = None
    auto: bool = False

    def hours_at(self, event: Event) -> HoursGiven:
        """The hours in the event's zone, with their errors."""
        return read_hours(
            self.starts.replace(tzinfo=None, second=0, microsecond=0),
            self.ends.replace(tzinfo=None, second=0, microsecond=0),
            zone=event.zone,
            first_day=event.starts_on,
            last_day=event.ends_on,
            starts_offset=self.starts_offset,
            ends_offset=self.ends_offset,
        )

    def columns(self) -> dict[str, Any]:
        """The values as a session's columns hold them, but for its slug, hours and speakers."""
        details = self.model_dump(include={"title", "kind", "abstract", "auto"})
        shown = {"film_id": self.film, "signed_film_id": self.signed_film, "stage_id": self.stage}
        return {**details, "track_id": self.track, **shown}
