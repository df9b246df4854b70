"""Watching a recording: how far somebody has come, to resume on any device, and which stretches they played."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, Session
from server.store import agenda, recordings, watching
from server.store.watching import WatchedStretch
from server.web.errors import Conflict, Invalid
from server.web.forms import Form

MOST_S = 86_400
"""No recording is longer than a day."""
MOST_INTERVALS = 40
"""As in static/js/models/watched-stretches.js."""
Seconds = Annotated[float, Field(ge=0, le=MOST_S, allow_inf_nan=False)]


class PlayedInterval(Form):
    """A stretch that a page has played, its `n`th; at `speed` seconds of the recording in one."""

    n: int = Field(ge=1, le=1_000_000)
    begins: Seconds
    ends: Seconds
    speed: float = Field(ge=0.1, le=16, allow_inf_nan=False)


class ProgressReport(Form):
    """The position of a player, the furthest it ever reached, and the stretches that it has played.

    In seconds of the film (see `rooms.playback.cuts`).
    """

    position: Seconds
    watched: Seconds
    sender: str = Field(default="", pattern="^([0-9a-f]{16})?$")
    intervals: list[PlayedInterval] = Field(default=[], max_length=MOST_INTERVALS)

    def stretches(self, length: float) -> list[WatchedStretch]:
        """The stretches that were played of a film of this length, seconds."""
        cut = [(each.n, min(each.begins, length), min(each.ends, length), each.speed) for each in self.intervals]
        return [WatchedStretch(*each) for each in cut if self.sender and each[1] < each[2]]


def read_report(content: bytes) -> ProgressReport:
    """A player's report, from JSON. Raises Invalid."""
    try:
        return ProgressReport.model_validate_json(content)
    except ValidationError as error:
        raise Invalid("A position and how far was watched are expected, in seconds.") from error


async def length_of(db: AsyncSession, event: Event, session: Session, now: datetime) -> float:
    """The seconds of everything that the session sent. Raises Conflict while there is no recording to resume."""
    if not agenda.is_on_demand(session, event, now):
        raise Conflict("This session cannot be watched again yet, so there is nothing to resume.")
    return (await recordings.whole_lengths_of(db, [session]))[session.id]


async def keep(
    db: AsyncSession, person_id: UUID, session_id: UUID, report: ProgressReport, length: float, now: datetime
) -> None:
    """Keep what a player reports of a film of this length, seconds."""
    position, watched = min(report.position, length), min(report.watched, length)
    await recordings.keep_progress(db, person_id, session_id, position, watched, now)
    await watching.keep(db, person_id, session_id, report.sender, report.stretches(length), now)
