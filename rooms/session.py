"""A session as the live rooms see it: its state, and the wave to which a reaction belongs. Told the time."""

from typing import Literal

import msgspec

from rooms.protocol import Reason

GRACE_MS = 120_000
"""The grace after a session's end: people watch seconds behind, so the closing applause still counts, and the last
seconds can still be fetched."""
SKEW_MS = 5_000
"""The most that two clocks may differ; a media time that is further off is not believed."""

Wave = Literal["live", "on demand"]
State = Literal["scheduled", "live", "paused", "ended", "cancelled"]
RecordingState = Literal["none", "ready", "open", "withdrawn"]


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The topic `status` of a session's room. Its times are epoch milliseconds."""

    state: State
    starts_at: int
    ends_at: int
    started_at: int | None
    """The actual start; None before it."""
    ended_at: int | None
    """The actual end; None before it."""
    recording: RecordingState
    event_closed: bool = False
    """True when its event is closed: a session that still runs then takes no reactions."""

    @property
    def is_running(self) -> bool:
        """True between the actual start and the actual end, paused or not."""
        return self.state in ("live", "paused")


def wave_of(status: Status, *, at_ms: int | None, received_ms: int) -> Wave | Reason:
    """The wave in which a reaction counts, or the reason why it does not.

    `at_ms` is its media time and `received_ms` its arrival, epoch milliseconds. Without a media time (nothing was
    playing) the arrival stands for it, and within the grace the session's end.
    """
    if status.state not in ("live", "paused", "ended") or status.started_at is None:
        return "not-live"
    if status.is_running and status.event_closed:
        return "not-live"
    end_ms = status.ended_at
    last_ms = received_ms if end_ms is None else end_ms
    seen_ms = min(received_ms, last_ms) if at_ms is None else at_ms
    in_time = end_ms is None or received_ms <= end_ms + GRACE_MS
    if in_time and status.started_at - SKEW_MS <= seen_ms <= last_ms + SKEW_MS:
        return "live"
    if end_ms is None:
        return "not-live"
    return "on demand" if status.recording == "open" else "too-late"
