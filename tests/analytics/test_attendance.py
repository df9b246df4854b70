"""Attendance counts people, not tabs, and only minutes in which they were there."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.analytics.attendance import figures, presence, time_present
from server.analytics.facts import LIVE, ON_DEMAND, Facts
from tests.analytics.stories import LONDON, at, person, session, stay

MINUTES = st.integers(0, 40)
SPANS = st.lists(st.tuples(MINUTES, MINUTES).map(lambda pair: (min(pair), max(pair))), max_size=8)


def told(*stays: object, **more: object) -> dict[str, object]:
    facts = Facts(zone=LONDON, sessions=[session()], stays=list(stays), **more)
    return {figure.name: figure for figure in figures(facts)}


def test_two_tabs_at_once_are_one_person_and_one_stretch_of_time() -> None:
    figures_of = told(stay("ama", 0, 20), stay("ama", 5, 15), stay("ama", 10, 25))
    assert figures_of["attendance_people"].value == 1
    assert figures_of["attendance_minutes_median"].value == 25


def test_coming_back_adds_up_and_the_gap_does_not_count() -> None:
    assert time_present([(at(0), at(5)), (at(20), at(22))]) == timedelta(minutes=7)


def test_what_came_before_the_start_and_after_the_end_does_not_count() -> None:
    figures_of = told(stay("ama", -30, 10), stay("ben", 25, 90), stay("cai", -30, 0), stay("dee", 30, 60))
    assert figures_of["attendance_people"].value == 2
    assert [cell.value for cell in figures_of["attendance_minutes_by_session"].cells] == [7.5]


def test_a_stay_that_has_only_begun_is_a_person_with_no_minutes_yet() -> None:
    assert time_present([(at(5), at(5))], (at(0), at(30))) == timedelta()
    assert time_present([(at(35), at(35))], (at(0), at(30))) is None


def test_a_session_that_has_not_ended_still_counts_those_in_it() -> None:
    facts = Facts(zone=LONDON, sessions=[session(end=None)], stays=[stay("ama", 0, 12)])
    assert presence(facts, LIVE)[person("hearts")] == {person("ama"): timedelta(minutes=12)}


def test_nobody_attends_a_session_that_never_began() -> None:
    waiting = session()._replace(started_at=None, ended_at=None)
    assert presence(Facts(zone=LONDON, sessions=[waiting], stays=[stay("ama", 0, 12)]), LIVE) == {waiting.id: {}}


def test_watching_later_is_not_attending_live() -> None:
    assert told(stay("ama", 100, 120, wave=ON_DEMAND))["attendance_people"].value == 0


def test_the_median_of_an_odd_number_of_people_is_the_middle_one() -> None:
    assert told(stay("ama", 0, 5), stay("ben", 0, 10), stay("cai", 0, 30))["attendance_minutes_median"].value == 10


@given(SPANS)
def test_time_present_is_the_number_of_minutes_with_any_tab_open(spans: list[tuple[int, int]]) -> None:
    minutes = {minute for start, end in spans for minute in range(start, end)}
    present = time_present([(at(start), at(end)) for start, end in spans])
    assert (present or timedelta()) == timedelta(minutes=len(minutes))
    assert (present is None) == (not spans)


@given(SPANS, MINUTES, MINUTES)
def test_cutting_to_the_session_keeps_only_its_minutes(spans: list[tuple[int, int]], start: int, length: int) -> None:
    inside = {m for begin, end in spans for m in range(begin, end) if start <= m < start + length}
    present = time_present([(at(begin), at(end)) for begin, end in spans], (at(start), at(start + length)))
    assert (present or timedelta()) == timedelta(minutes=len(inside))


@given(st.lists(st.tuples(st.sampled_from(["ama", "ben", "cai"]), MINUTES, MINUTES), max_size=12))
def test_the_head_count_is_the_distinct_people_with_a_minute_in_the_session(rows: list[tuple[str, int, int]]) -> None:
    stays = [stay(who, min(a, b), max(a, b) + 1) for who, a, b in rows]
    there = {who for who, a, b in rows if min(a, b) < 30}
    assert told(*stays)["attendance_people"].value == len(there)
