"""A session as the live rooms see it: its state, and to which wave of it a reaction belongs. Told the time."""

from typing import Literal

import msgspec

from rooms.protocol import Reason

GRACE_MS = 120_000
"""People watch seconds behind: the closing applause counts until so long after the end."""
SKEW_MS = 5_000
"""How far two clocks may differ before a media time is not believed."""

Wave = Literal["live", "on demand"]
State = Literal["scheduled", "live", "paused", "ended", "cancelled"]
RecordingState = Literal["none", "ready", "open", "withdrawn"]


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `status` of a session's room. Moments are epoch milliseconds."""

    state: State
    starts_at: int
    ends_at: int
    started_at: int | None
    """The actual start; None before it."""
    ended_at: int | None
    """The actual end; None before it."""
    recording: RecordingState

    @property
    def is_running(self) -> bool:
        """Between its actual start and end, paused or not."""
        return self.state in ("live", "paused")


def wave_of(status: Status, *, at_ms: int | None, received_ms: int) -> Wave | Reason:
    """The wave a reaction counts in, or why it does not. `at_ms` is its media time, `received_ms` its arrival.

    Without a media time (nothing was playing) the moment of arrival stands for it, within the grace its end.
    """
    if status.state not in ("live", "paused", "ended") or status.started_at is None:
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
