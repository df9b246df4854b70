"""Wall clocks twice a year."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rules.local_time import TwoReadings, read_wall, reading_at, zones

LONDON = ZoneInfo("Europe/London")


def test_a_summer_morning_in_london_is_an_hour_ahead() -> None:
    reading = read_wall(datetime(2026, 6, 28, 9, 30), LONDON)
    assert reading.at == datetime(2026, 6, 28, 8, 30, tzinfo=UTC)
    assert (reading.offset, reading.name) == ("+01:00", "BST")


def test_an_hour_that_does_not_exist_is_refused_with_both_readings() -> None:
    with pytest.raises(TwoReadings) as refused:
        read_wall(datetime(2026, 3, 29, 1, 30), LONDON)
    assert refused.value.skipped
    assert [f"{reading.wall:%H:%M} {reading.name}" for reading in refused.value.readings] == ["00:30 GMT", "02:30 BST"]


def test_an_hour_that_exists_twice_is_refused_with_both_readings() -> None:
    with pytest.raises(TwoReadings) as refused:
        read_wall(datetime(2026, 10, 25, 1, 30), LONDON)
    assert not refused.value.skipped
    assert [reading.at.hour for reading in refused.value.readings] == [0, 1]
    assert [reading.name for reading in refused.value.readings] == ["BST", "GMT"]


@pytest.mark.parametrize("wall", [datetime(2026, 3, 29, 1, 30), datetime(2026, 10, 25, 1, 30)])
def test_a_chosen_reading_is_taken(wall: datetime) -> None:
    with pytest.raises(TwoReadings) as refused:
        read_wall(wall, LONDON)
    for reading in refused.value.readings:
        assert read_wall(wall, LONDON, reading.offset) == reading


def test_an_offset_of_no_reading_is_not_taken() -> None:
    with pytest.raises(TwoReadings):
        read_wall(datetime(2026, 10, 25, 1, 30), LONDON, "+05:00")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)), st.sampled_from(zones()))
def test_every_moment_is_found_again_from_what_the_clock_shows(at: datetime, name: str) -> None:
    shown = reading_at(at, ZoneInfo(name))
    assert read_wall(shown.wall, ZoneInfo(name), shown.offset).at == at


def test_legacy_names_are_not_offered() -> None:
    assert "Europe/London" in zones()
    assert "UTC" in zones()
    assert not {"GB", "EST5EDT", "localtime"} & set(zones())
