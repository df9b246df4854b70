"""Watching on demand: a second that is played twice, or at double speed, is seen once."""

from hypothesis import given
from hypothesis import strategies as st

from server.analytics.facts import ON_DEMAND, Facts, WatchFact
from server.analytics.figures import Figure
from server.analytics.watching import figures, seconds_seen, seconds_spent
from tests.analytics.stories import LONDON, person, registration, session, stay

SECONDS = st.integers(0, 60)
STRETCHES = st.lists(st.tuples(SECONDS, SECONDS).map(lambda pair: (min(pair), max(pair))), max_size=8)


def watch(who: object, begins_s: float, ends_s: float, speed: float = 1) -> WatchFact:
    return WatchFact(person(who), session().id, begins_s, ends_s, speed)


def told(*watches: WatchFact, **more: object) -> dict[str, Figure]:
    facts = Facts(zone=LONDON, sessions=[session()], watches=watches, **more)  # type: ignore[arg-type]
    return {figure.name: figure for figure in figures(facts)}


def test_a_stay_and_a_stretch_of_one_person_are_one_person() -> None:
    found = told(
        watch("ama", 0, 60),
        watch("ben", 0, 60),
        stays=[stay("ama", 100, 120, wave=ON_DEMAND)],
        registrations=[registration("ama"), registration("ben"), registration("cai", "cancelled")],
    )
    assert (found["on_demand_people"].value, found["on_demand_people"].denominator) == (2, 2)
    assert [cell.value for cell in found["on_demand_by_session"].cells] == [2]


def test_a_page_that_was_opened_and_never_played_is_nobody() -> None:
    found = told(watch("ama", 30, 30))
    assert found["on_demand_people"].value == 0
    assert found["on_demand_minutes_median"].value is None


def test_what_is_played_twice_is_seen_once_and_took_its_time_twice() -> None:
    found = told(watch("ama", 0, 600), watch("ama", 300, 600))
    assert found["on_demand_minutes_median"].value == 10
    assert found["on_demand_time_median"].value == 15
    assert [cell.value for cell in found["on_demand_minutes_by_session"].cells] == [10]


def test_at_double_speed_as_much_is_seen_in_half_the_time() -> None:
    found = told(watch("ama", 0, 600, speed=2))
    assert (found["on_demand_minutes_median"].value, found["on_demand_time_median"].value) == (10, 5)


@given(STRETCHES)
def test_what_was_seen_is_the_number_of_seconds_in_any_stretch(stretches: list[tuple[int, int]]) -> None:
    watches = [watch("ama", begins, ends) for begins, ends in stretches]
    assert seconds_seen(watches) == len({second for begins, ends in stretches for second in range(begins, ends)})
    assert seconds_spent(watches) == sum(ends - begins for begins, ends in stretches)
