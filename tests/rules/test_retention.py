"""The days that a retention may have, and the sentence that people are told."""

from datetime import UTC, date, datetime

import pytest

from server.models import Event
from server.rules import retention

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
LAST = date(2026, 6, 29)


def event(**columns: object) -> Event:
    days = {"starts_on": date(2026, 6, 28), "ends_on": LAST, "recordings_close_on": date(2026, 7, 31)}
    return Event(slug="mse", title="MSE in Action", salt=b"", **{**days, **columns})


def test_without_a_choice_the_day_follows_the_recordings_by_thirty_days() -> None:
    assert event().retention_day == date(2026, 8, 30)
    assert event(recordings_close_on=None).retention_day == date(2026, 10, 27)
    assert event(retention_on=date(2026, 12, 1)).retention_day == date(2026, 12, 1)


@pytest.mark.parametrize(
    "day, sentence",
    [
        (date(2026, 6, 29), "People can watch and register until 31 July 2026"),
        (date(2026, 7, 31), "People can watch and register until 31 July 2026"),
        (date(2028, 6, 29), "may be kept until 28 June 2028, two years after the event"),
        (date(2026, 8, 1), None),
        (date(2028, 6, 28), None),
    ],
)
def test_the_day_comes_after_everything_that_needs_people_and_within_two_years(day: date, sentence: str | None) -> None:
    told = retention.trouble_with(event(), day, NOW)
    assert told is None if sentence is None else told is not None and sentence in told


@pytest.mark.parametrize(
    "columns, sentence",
    [
        ({}, "tomorrow or a later day"),
        ({"retention_on": date(2026, 8, 20)}, "the deletion has begun"),
        (
            {"retention_on": date(2026, 8, 20), "anonymised_at": datetime(2026, 8, 20, 1, tzinfo=UTC)},
            "cannot be taken back",
        ),
    ],
)
def test_a_day_that_has_come_is_not_moved(columns: dict[str, object], sentence: str) -> None:
    on_the_day = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)
    assert sentence in (retention.trouble_with(event(**columns), date(2026, 8, 20), on_the_day) or "")


@pytest.mark.parametrize(
    "at, is_due",
    [
        (datetime(2026, 8, 29, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 8, 29, 23, 0, tzinfo=UTC), True),
        (datetime(2027, 8, 29, 23, 0, tzinfo=UTC), True),
    ],
)
def test_the_day_begins_at_midnight_where_the_event_is(at: datetime, is_due: bool) -> None:
    assert retention.is_due(event(), at) == is_due


def test_the_sentence_names_the_day_before_and_after_it() -> None:
    assert "are deleted on 30 August 2026" in retention.sentence(event())
    done = event(anonymised_at=datetime(2026, 8, 30, 1, tzinfo=UTC))
    assert "were deleted on 30 August 2026" in retention.sentence(done)
