"""The times at which an event takes registrations. Pure: the event and the time are passed in."""

from datetime import date, datetime
from typing import Protocol

from server.rules.local_time import local_date


class EventDays(Protocol):
    """The columns of an event that decide whether it takes registrations."""

    state: str
    zone: str

    @property
    def recordings_until(self) -> date: ...


def takes_registrations(event: EventDays, now: datetime) -> bool:
    """True while the event is open, and after it is closed until its recordings close: people register to catch up."""
    is_catching_up = event.state == "closed" and local_date(now, event.zone) <= event.recordings_until
    return event.state == "open" or is_catching_up
