"""Catching up: the share of people who played a recording, among all and among those who said that they would."""

from hypothesis import given
from hypothesis import strategies as st

from server.analytics.catching_up import figures
from server.analytics.facts import Facts, WatchFact
from server.analytics.figures import Figure
from tests.analytics.stories import LONDON, answers, person, registration


def told(chosen: dict[int, str], watched: set[int], registered: int = 40) -> dict[str, Figure]:
    facts = Facts(
        zone=LONDON,
        answers=answers("after", "watch_later", chosen),
        watches=[WatchFact(person(n), person("hearts"), 0, 60) for n in watched],
        registrations=[registration(n) for n in range(registered)],
    )
    return {figure.name: figure for figure in figures(facts)}


def test_the_share_who_caught_up_is_given_for_all_and_for_those_who_said_yes() -> None:
    found = told({n: "yes" if n < 20 else "no" for n in range(30)}, set(range(12)) | set(range(25, 32)))
    assert found["watch_later_yes_caught_up_share"].value == 12 / 20
    assert found["caught_up_share"].value == 19 / 40


def test_the_share_is_withheld_when_one_person_said_yes_and_did_not_watch() -> None:
    assert told(dict.fromkeys(range(20), "yes"), set(range(19)))["watch_later_yes_caught_up_share"].withheld


def test_nobody_who_said_yes_leaves_nothing_to_withhold() -> None:
    figure = told({}, {1, 2})["watch_later_yes_caught_up_share"]
    assert (figure.withheld, figure.value) == (False, None)


@given(st.dictionaries(st.integers(0, 25), st.sampled_from(["yes", "maybe", "no"])), st.sets(st.integers(0, 39)))
def test_a_shown_share_has_five_or_none_in_each_crossed_cell(chosen: dict[int, str], watched: set[int]) -> None:
    figure = told(chosen, watched)["watch_later_yes_caught_up_share"]
    if figure.value is None:
        return
    willing = {n for n, choice in chosen.items() if choice == "yes"}
    everyone = set(range(40))
    for cell in (willing & watched, willing - watched, watched - willing, everyone - willing - watched):
        assert len(cell) == 0 or len(cell) >= 5
    assert figure.value == len(willing & watched) / len(willing)
