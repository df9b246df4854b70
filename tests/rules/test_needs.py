"""Each thing that needs a person is said in one sentence, the urgent first."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.rules.needs import Need, needs

NOW = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FILM, STAGE = uuid.UUID(int=1), uuid.UUID(int=2)


@dataclass
class Facts:
    """A session that needs nobody, in an hour and a half."""

    slug: str = "hearts"
    title: str = "Healthy Hearts"
    kind: str = "talk"
    state: str = "scheduled"
    auto: bool = True
    recording: str = "none"
    film_id: uuid.UUID | None = FILM
    stage_id: uuid.UUID | None = None
    starts_at: datetime = NOW + 90 * MINUTE
    ends_at: datetime = NOW + 120 * MINUTE


def found(*sessions: Facts, **facts: Any) -> list[Need]:
    calm: dict[str, Any] = {
        "state": "open",
        "zone": "Europe/London",
        "recordings_open": "at once",
        "troubled_mail": 0,
        "put_off_mail": 0,
        "waitlisted": 0,
        "now": NOW,
    }
    return needs(sessions, facts.pop("clashes", []), **{**calm, **facts})


def test_an_event_that_is_well_needs_nobody() -> None:
    assert found(Facts(), Facts(state="ended", recording="open"), Facts(kind="networking", film_id=None)) == []


@pytest.mark.parametrize(("state", "count"), [("draft", 0), ("open", 1), ("closed", 0)])
def test_an_open_event_without_a_mail_server_needs_somebody_to_hand_on_the_links(state: str, count: int) -> None:
    named = [need for need in found(state=state, is_mail_sent=False) if "No mail server is set" in need.text]
    assert len(named) == count
    assert all(need.urgent for need in named)


@pytest.mark.parametrize(
    ("state", "urgent"), [("scheduled", [True]), ("live", [True]), ("ended", [False]), ("cancelled", [])]
)
def test_a_film_that_cannot_be_played_is_named_as_long_as_somebody_may_watch(state: str, urgent: list[bool]) -> None:
    named = found(Facts(state=state, recording="open"), unplayable={FILM})
    assert [need.urgent for need in named] == urgent
    assert all("The film of “Healthy Hearts” is missing or broken" in need.text for need in named)
    assert found(Facts(state=state, recording="open"), unplayable={STAGE}) == []


@pytest.mark.parametrize(
    ("session", "sentence"),
    [
        (Facts(starts_at=NOW - 60 * MINUTE, ends_at=NOW - MINUTE), "should have ended at 10:59 and never started"),
        (Facts(auto=False, starts_at=NOW - MINUTE), "was to start at 10:59 and waits for you"),
        (Facts(auto=False, state="live", ends_at=NOW - MINUTE), "is still live"),
        (Facts(state="paused", ends_at=NOW - MINUTE), "is paused and was to end at 10:59"),
    ],
)
def test_a_session_that_is_late_is_urgent_and_says_the_events_own_hour(session: Facts, sentence: str) -> None:
    (need,) = found(session)
    assert need.urgent
    assert sentence in need.text
    assert need.slug == "hearts"


@pytest.mark.parametrize(
    ("by_s", "said"), [(7_200.0, "ahead by 120 minutes"), (-3_600.0, "back by 60 minutes"), (6.0, "ahead by 1 minute")]
)
def test_a_clock_that_has_jumped_is_urgent(by_s: float, said: str) -> None:
    (need,) = found(Facts(), clock_jumped_by_s=by_s)
    assert need.urgent
    assert f"clock has jumped {said}:" in need.text


def test_a_film_is_missed_only_on_the_day_before_and_not_on_a_stage() -> None:
    assert [need.action for need in found(Facts(film_id=None))] == ["Choose one"]
    assert found(Facts(film_id=None, stage_id=STAGE)) == []
    assert found(Facts(film_id=None, starts_at=NOW + timedelta(days=3))) == []


def test_a_recording_waits_where_the_organiser_publishes() -> None:
    ready = Facts(state="ended", recording="ready")
    assert found(ready) == []
    assert [need.action for need in found(ready, recordings_open="when published")] == ["Open it"]


def test_mail_waiting_people_drafts_and_clashes_are_told_urgent_ones_first() -> None:
    told = found(
        state="draft",
        troubled_mail=2,
        put_off_mail=1,
        waitlisted=1,
        clashes=[("Hana", "Healthy Hearts", "Healthy Minds", "minds")],
    )
    assert [need.text for need in told] == [
        "2 mails may not have arrived.",
        "1 mail waits for the mail server.",
        "This event is a draft: only its organisers can see it.",
        "1 person waits for a place.",
        "Hana is in “Healthy Hearts” and “Healthy Minds” at once.",
    ]
