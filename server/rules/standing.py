"""The standing of a registration in a sentence, the same on each page and in each mail. Pure."""

from datetime import datetime
from typing import Protocol

from server.rules.wording import clock, day, plural, zone_name


class StandingEvent(Protocol):
    """The columns of an event that decide for how long its places are held."""

    zone: str
    capacity: int | None
    hold_hours: int | None


class StandingRegistration(Protocol):
    """The columns of a registration that decide its standing."""

    state: str
    held_until: datetime | None
    claimed_at: datetime | None


def terms(event: StandingEvent) -> str:
    """The conditions on which the event gives a place, for somebody who is about to register or has just done so."""
    hours = hold_hours(event)
    if hours is None:
        return "Your place is confirmed when you first open your join link."
    kept = plural(hours, "hour", "hours")
    return (
        f"A place is held for {kept} from the moment at which it is given. "
        "Open your join link by then, and the place is yours; after that it goes to somebody else."
    )


def hold_hours(event: StandingEvent) -> int | None:
    """The hours for which the event holds a place; None: without limit, as where every person gets one."""
    return event.hold_hours if event.capacity is not None else None


def standing(registration: StandingRegistration, event: StandingEvent) -> str:
    """The sentence about a registration, for its person. Raises KeyError for an unknown state."""
    if registration.state == "held" and registration.held_until is not None:
        return (
            f"Your place is held until {_until(registration.held_until, event.zone)}. "
            "Open your join link by then, and the place is yours; after that it goes to somebody else."
        )
    if registration.state == "released" and registration.held_until is not None:
        return (
            f"Your place was held until {_until(registration.held_until, event.zone)}. "
            "Your join link had not been opened by then, so the place was released."
        )
    return STANDINGS[registration.state]


def awaits_person(registration: StandingRegistration) -> bool:
    """True when its person changes the registration by coming in."""
    waits = registration.state == "waitlisted" and registration.claimed_at is None
    return waits or registration.state in ("held", "released")


def _until(at: datetime, zone: str) -> str:
    """20:00 on Tuesday 2 June, London time."""
    return f"{clock(at, zone)} on {day(at, zone)}, {zone_name(zone)}"


STANDINGS = {
    "held": "Your place is held for you, and is confirmed when you first open your join link.",
    "confirmed": "Your place is confirmed.",
    "waitlisted": "Every place is taken just now, so you are on the waiting list.",
    "released": "Your join link had not been opened in time, so your place was released.",
    "cancelled": "Your registration is cancelled.",
}
"""The sentences of the states by themselves, without a time."""
