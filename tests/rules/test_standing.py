"""The sentence of each standing, which pages and mails share."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from server.rules.lifecycles import REGISTRATION
from server.rules.standing import STANDINGS, awaits_person, standing, terms

UNTIL = datetime(2026, 6, 2, 19, 0, tzinfo=UTC)


@dataclass
class AnEvent:
    zone: str = "Europe/London"
    capacity: int | None = 3
    hold_hours: int | None = 48


@dataclass
class ARegistration:
    state: str
    held_until: datetime | None = None
    claimed_at: datetime | None = None


def test_every_state_of_the_lifecycle_has_its_sentence() -> None:
    states = {"waitlisted"} | {move.target for move in REGISTRATION.values()}
    assert set(STANDINGS) == states
    assert all(standing(ARegistration(state), AnEvent()) for state in states)


def test_a_held_place_names_its_hour_in_the_events_zone() -> None:
    told = standing(ARegistration("held", UNTIL), AnEvent())
    assert told.startswith("Your place is held until 20:00 on Tuesday 2 June, London time.")
    told = standing(ARegistration("held", UNTIL), AnEvent(zone="Pacific/Auckland"))
    assert told.startswith("Your place is held until 07:00 on Wednesday 3 June, Auckland time.")


def test_a_released_place_names_the_hour_until_which_it_was_held() -> None:
    assert "was held until 20:00 on Tuesday 2 June" in standing(ARegistration("released", UNTIL), AnEvent())


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (AnEvent(), "A place is held for 48 hours from"),
        (AnEvent(hold_hours=1), "A place is held for 1 hour from"),
        (AnEvent(hold_hours=None), "confirmed when you first open your join link"),
        (AnEvent(capacity=None), "confirmed when you first open your join link"),
    ],
    ids=["two days", "an hour", "without limit", "a place for everybody"],
)
def test_the_terms_name_the_hours_only_where_places_are_limited(event: AnEvent, sentence: str) -> None:
    assert sentence in terms(event)


@pytest.mark.parametrize(
    ("state", "claimed_at", "awaits"),
    [
        ("held", None, True),
        ("released", None, True),
        ("released", UNTIL, True),
        ("waitlisted", None, True),
        ("waitlisted", UNTIL, False),
        ("confirmed", UNTIL, False),
        ("cancelled", None, False),
    ],
)
def test_coming_in_changes_what_awaits_its_person(state: str, claimed_at: datetime | None, awaits: bool) -> None:
    assert awaits_person(ARegistration(state, claimed_at=claimed_at)) is awaits
