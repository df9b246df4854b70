"""Every topic of every kind of room on one screen: who may see it, what it says, and how often it may change."""

from typing import NamedTuple

import msgspec

from rooms.presence import Headcount
from rooms.protocol import Audience
from rooms.reactions import Ledger, Totals
from rooms.session import RecordingState, State, Status
from rooms.topics.announcements import AnnouncementShown
from rooms.topics.keeping import Kept
from rooms.topics.stage import Air, BackstageShown
from rooms.topics.tables import Lounge, Messages, Seats

EVERYONE = frozenset(Audience)
CREW = frozenset({Audience.CREW})
SEATED = frozenset({Audience.SEATED, Audience.CREW})


class SessionSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One session as the lobby and the agenda show it."""

    id: str
    state: State
    starts_at: int
    ends_at: int
    recording: RecordingState


class AgendaShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `agenda` of an event's room: its sessions in their order."""

    sessions: list[SessionSummary]


class Registrations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `registrations` of an event's room, for the crew."""

    confirmed: int
    waitlisted: int
    target: int | None


class BusState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `bus` of an event's room, for the crew: whether the processes hear one another."""

    away: bool


class Topic(NamedTuple):
    """How one topic behaves. A row topic is read from the database whenever its revision has risen."""

    state: type[msgspec.Struct]
    audiences: frozenset[Audience] = EVERYONE
    row: bool = True
    pace_ms: int = 0
    """The least time between two notices of it: an arriving crowd is counted once a second."""
    readmits: bool = False
    """A change of it can change who may be in the room: everyone there is asked about again."""


TOPICS: dict[str, dict[str, Topic]] = {
    "event": {
        "announcement": Topic(AnnouncementShown),
        "agenda": Topic(AgendaShown),
        "lounge": Topic(Lounge, pace_ms=500),
        "registrations": Topic(Registrations, audiences=CREW, pace_ms=1000),
        "headcount": Topic(Headcount, row=False, pace_ms=1000),
        "bus": Topic(BusState, audiences=CREW, row=False),
    },
    "session": {
        "status": Topic(Status),
        "air": Topic(Air),
        "kept": Topic(Kept, audiences=CREW, pace_ms=500),
        "reactions": Topic(Totals, row=False),
        "ledger": Topic(Ledger, audiences=CREW, row=False, pace_ms=500),
        "headcount": Topic(Headcount, row=False, pace_ms=1000),
    },
    "stage": {
        "air": Topic(Air),
        "backstage": Topic(BackstageShown),
        "headcount": Topic(Headcount, row=False, pace_ms=1000),
    },
    "table": {
        "seats": Topic(Seats, readmits=True),
        "messages": Topic(Messages, audiences=SEATED),
        "headcount": Topic(Headcount, row=False, pace_ms=1000),
    },
}
"""By kind of room (the part of its name before the colon) and name of topic."""
