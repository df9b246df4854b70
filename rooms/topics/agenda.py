"""The agenda of an event as its pages follow it."""

import msgspec

from rooms.session import RecordingState, State


class SessionSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One session of the agenda. `starts_at` and `ends_at` are epoch milliseconds."""

    id: str
    state: State
    starts_at: int
    ends_at: int
    recording: RecordingState


class AgendaShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `agenda` of an event's room: its sessions in the order of time."""

    sessions: list[SessionSummary]
