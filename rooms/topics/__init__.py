"""Every topic of every kind of room on one screen: what it says, who may see it, and how often it may change."""

from rooms.session import Status
from rooms.topics.agenda import AgendaShown
from rooms.topics.announcements import AnnouncementShown
from rooms.topics.bus import BusState, bus_state
from rooms.topics.headcount import Headcount, headcount
from rooms.topics.keeping import Kept
from rooms.topics.reactions import Ledger, Totals, ledger, totals
from rooms.topics.registrations import Registrations
from rooms.topics.stage import Air, BackstageShown
from rooms.topics.tables import Lounge, Messages, Seats
from rooms.topics.topic import CREW, SEATED, Topic

TOPICS: dict[str, dict[str, Topic]] = {
    "event": {
        "announcement": Topic(AnnouncementShown),
        "agenda": Topic(AgendaShown),
        "lounge": Topic(Lounge, pace_ms=500),
        "registrations": Topic(Registrations, CREW, pace_ms=1000),
        "headcount": Topic(Headcount, computed=headcount, pace_ms=1000),
        "bus": Topic(BusState, CREW, computed=bus_state),
    },
    "session": {
        "status": Topic(Status),
        "air": Topic(Air),
        "kept": Topic(Kept, CREW, pace_ms=500),
        "reactions": Topic(Totals, computed=totals),
        "ledger": Topic(Ledger, CREW, computed=ledger, pace_ms=500),
        "headcount": Topic(Headcount, computed=headcount, pace_ms=1000),
    },
    "stage": {
        "air": Topic(Air),
        "backstage": Topic(BackstageShown),
        "headcount": Topic(Headcount, computed=headcount, pace_ms=1000),
    },
    "table": {
        "seats": Topic(Seats, readmits=True),
        "messages": Topic(Messages, SEATED),
        "headcount": Topic(Headcount, computed=headcount, pace_ms=1000),
    },
}
"""The topics by kind of room (the part of its name before the colon) and by name."""
