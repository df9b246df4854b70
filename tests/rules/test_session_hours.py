"""Hours as they are typed."""

from datetime import date, datetime

import pytest

from server.rules.session_hours import HoursGiven, answer, read_hours

WEEK = (date(2026, 10, 23), date(2026, 10, 26))
"""The clocks go back in London on the night to the 25th."""


def read(starts: str, ends: str, **offsets: str) -> HoursGiven:
    return read_hours(
        datetime.fromisoformat(starts),
        datetime.fromisoformat(ends),
        zone="Europe/London",
        first_day=WEEK[0],
        last_day=WEEK[1],
        **offsets,
    )


def test_plain_hours_are_stored_as_wall_time_and_as_moments() -> None:
    columns = read("2026-10-24T09:30", "2026-10-24T10:15").columns()
    assert (columns["starts_local"], columns["ends_local"]) == ("2026-10-24T09:30", "2026-10-24T10:15")
    assert f"{columns['starts_at']:%H:%M %Z}" == "08:30 UTC"


@pytest.mark.parametrize(
    ("starts", "ends", "name", "sentence"),
    [
        ("2026-10-24T10:00", "2026-10-24T10:00", "ends", "not after the start"),
        ("2026-10-24T10:00", "2026-10-24T09:00", "ends", "not after the start"),
        ("2026-10-24T10:00", "2026-10-24T23:00", "ends", "up to 12 hours"),
        ("2026-10-22T10:00", "2026-10-22T11:00", "starts", "23 October 2026 to 26 October 2026"),
        ("2027-10-24T10:00", "2027-10-24T11:00", "starts", "23 October 2026 to 26 October 2026"),
        ("0001-01-01T00:00", "9999-12-31T23:59", "starts", "Please"),
    ],
)
def test_hours_that_cannot_be_are_explained(starts: str, ends: str, name: str, sentence: str) -> None:
    assert sentence in read(starts, ends).errors[name]


def test_an_hour_that_comes_twice_is_asked_about_and_both_readings_are_offered() -> None:
    hours = read("2026-10-25T01:15", "2026-10-25T02:30")
    assert "comes twice" in hours.errors["starts"]
    assert [answer(reading) for reading in hours.choices["starts"]] == [
        "01:15 BST (+01:00 from UTC)",
        "01:15 GMT (+00:00 from UTC)",
    ]


def test_the_answer_decides_how_long_the_session_is() -> None:
    early = read("2026-10-25T01:15", "2026-10-25T02:30", starts_offset="+01:00").columns()
    late = read("2026-10-25T01:15", "2026-10-25T02:30", starts_offset="+00:00").columns()
    assert late["starts_at"] > early["starts_at"]  # type: ignore[operator]
    assert late["ends_at"] == early["ends_at"]


def test_a_session_may_pass_through_the_repeated_hour() -> None:
    hours = read("2026-10-25T00:30", "2026-10-25T02:00")
    assert not hours.errors
    assert hours.ends and hours.starts
    assert (hours.ends.at - hours.starts.at).total_seconds() == 2.5 * 3600
