"""The timetable is consistent at every minute of the year, also at midnight and when the clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.demo.script import read_script
from server.demo.timetable import AHEAD, AgendaSlot, Timetable, lay_out, shown_again

LONDON = ZoneInfo("Europe/London")
SESSIONS = read_script().sessions
MINUTE = timedelta(minutes=1)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))
awkward_moments = st.sampled_from(
    [
        datetime(2025, 6, 28, 22, 59, 59, tzinfo=UTC),
        datetime(2025, 6, 28, 23, 0, tzinfo=UTC),
        datetime(2025, 6, 29, 0, 19, tzinfo=UTC),
        datetime(2025, 6, 29, 0, 20, tzinfo=UTC),
        datetime(2025, 12, 31, 23, 59, tzinfo=UTC),
        datetime(2025, 3, 30, 0, 59, tzinfo=UTC),
        datetime(2025, 3, 30, 1, 1, tzinfo=UTC),
        datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
        datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
    ]
)
any_moment = moments | awkward_moments


def laid(now: datetime) -> Timetable:
    return lay_out(SESSIONS, now, LONDON)


def in_state(timetable: Timetable, state: str, now: datetime) -> list[AgendaSlot]:
    return [slot for slot in timetable.slots if slot.state(now) == state]


@given(any_moment)
def test_one_session_began_ten_minutes_ago_and_is_the_only_one_live(now: datetime) -> None:
    (live,) = in_state(laid(now), "live", now)
    assert timedelta(minutes=10) <= now - live.starts_at < timedelta(minutes=11)


@given(any_moment)
def test_the_next_session_starts_in_a_quarter_of_an_hour(now: datetime) -> None:
    following = in_state(laid(now), "scheduled", now)[0]
    assert timedelta(minutes=14) < following.starts_at - now <= timedelta(minutes=15)


@given(any_moment)
def test_one_session_ended_an_hour_ago(now: datetime) -> None:
    ended = in_state(laid(now), "ended", now)
    assert any(timedelta(minutes=60) <= now - slot.ends_at < timedelta(minutes=61) for slot in ended)


@given(any_moment)
def test_today_is_one_of_the_two_days_and_every_session_begins_on_one_of_them(now: datetime) -> None:
    timetable = laid(now)
    days = {timetable.first_day, timetable.second_day}
    assert timetable.second_day - timetable.first_day == timedelta(days=1)
    assert now.astimezone(LONDON).date() in days
    assert {slot.starts_at.astimezone(LONDON).date() for slot in timetable.slots} <= days


@given(any_moment)
def test_no_two_sessions_overlap_and_each_lasts_as_long_as_the_script_says(now: datetime) -> None:
    slots = laid(now).slots
    assert all(before.ends_at <= after.starts_at for before, after in pairwise(slots))
    lengths = {session.slug: timedelta(minutes=session.minutes) for session in SESSIONS}
    assert all(slot.ends_at - slot.starts_at == lengths[slot.of] for slot in slots)


@pytest.mark.parametrize("hour", range(24))
def test_the_second_day_begins_at_half_past_nine_on_the_wall(hour: int) -> None:
    timetable = laid(datetime(2025, 10, 25, hour, 7, tzinfo=UTC))
    morning = next(slot for slot in timetable.slots if slot.of == "good-morning")
    wall = morning.starts_at.astimezone(LONDON)
    assert (wall.date(), wall.hour, wall.minute) == (timetable.second_day, 9, 30)


@given(any_moment, st.integers(0, 48 * 60))
def test_however_long_it_runs_a_next_session_follows(now: datetime, minutes_later: int) -> None:
    agenda = list(laid(now).slots)
    for minute in range(0, minutes_later + 1, 7):
        agenda += shown_again(SESSIONS, agenda, now + minute * MINUTE)
    later = now + (minutes_later - minutes_later % 7) * MINUTE
    waits = [slot.starts_at - later for slot in agenda if slot.starts_at > later]
    assert min(waits) < AHEAD
    agenda.sort(key=lambda slot: slot.starts_at)
    assert all(before.ends_at <= after.starts_at for before, after in pairwise(agenda))
    assert len({slot.slug for slot in agenda}) == len(agenda)


def test_nothing_is_shown_again_while_the_programme_goes_on() -> None:
    now = datetime(2025, 6, 28, 12, 0, tzinfo=UTC)
    assert shown_again(SESSIONS, laid(now).slots, now) == []


def test_the_first_film_comes_round_again_when_the_programme_is_over() -> None:
    now = datetime(2025, 6, 28, 12, 0, tzinfo=UTC)
    agenda = laid(now).slots
    first, *_ = shown_again(SESSIONS, agenda, now + timedelta(hours=3))
    assert first.slug == "working-differently-together-again"
    assert first.starts_at == now + timedelta(minutes=255)
