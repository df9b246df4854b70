"""The figures of the surveys, and their suppression."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.analytics.facts import AnswerFact
from server.analytics.feedback import figures
from server.analytics.figures import Figure
from tests.analytics.stories import answers, surveyed

PAIR_FIGURES = ("pairs", "shift_mean", "shift_low", "shift_high", "shift_effect")
RATINGS = st.dictionaries(st.integers(0, 12), st.integers(0, 10), max_size=13)


def told(rows: list[AnswerFact], registered: int = 0) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures(surveyed(rows, registered))}


def understanding(before: dict[int, int], after: dict[int, int]) -> dict[str, Figure]:
    return told(answers("before", "understanding", before) + answers("after", "understanding", after))


@pytest.mark.parametrize(("pairs", "shown"), [(1, False), (4, False), (5, True), (6, True)])
def test_pairs_are_withheld_at_four_and_shown_at_five_and_six(pairs: int, shown: bool) -> None:
    found = understanding(dict.fromkeys(range(pairs), 6), dict.fromkeys(range(pairs), 8))
    for name in PAIR_FIGURES:
        assert found[f"understanding_{name}"].withheld is not shown
    assert found["understanding_shift_mean"].value == (2 if shown else None)
    assert found["understanding_shift_mean"].denominator == (pairs if shown else None)


def test_before_anyone_answers_there_is_nothing_and_nothing_is_withheld() -> None:
    found = told([])
    assert not any(figure.withheld for figure in found.values())
    assert found["understanding_pairs"].value == 0
    assert found["understanding_before_mean"].value is None


@given(RATINGS, RATINGS)
def test_means_and_shift_are_what_counting_by_hand_gives(before: dict[int, int], after: dict[int, int]) -> None:
    found = understanding(before, after)
    for name, given_answers in (("before", before), ("after", after)):
        figure = found[f"understanding_{name}_mean"]
        if figure.value is not None:
            exact = Fraction(sum(given_answers.values()), len(given_answers))
            assert figure.value == pytest.approx(float(exact))
            assert (figure.numerator, figure.denominator) == (sum(given_answers.values()), len(given_answers))
    both = before.keys() & after.keys()
    shift = found["understanding_shift_mean"]
    if shift.value is not None:
        assert shift.numerator == sum(after[n] - before[n] for n in both)
        assert shift.denominator == len(both) == found["understanding_pairs"].value


@given(RATINGS, RATINGS)
def test_shown_means_and_shift_never_tell_what_one_to_four_people_said(
    before: dict[int, int], after: dict[int, int]
) -> None:
    """Both sums and the paired shift give the sum over people without a pair, who must be none or at least five."""
    found = understanding(before, after)
    names = ("before_mean", "after_mean", "shift_mean")
    sums = [found[f"understanding_{name}"].numerator for name in names]
    groups = [len(before), len(after), len(before.keys() & after.keys())]
    for shown, people in zip(sums, groups, strict=True):
        assert shown is None or people >= 5
    if None not in sums:
        unpaired = len(before.keys() ^ after.keys())
        assert unpaired == 0 or unpaired >= 5


def test_a_lone_unpaired_answer_costs_its_waves_mean_and_not_the_pairs() -> None:
    found = understanding(dict.fromkeys(range(6), 6), dict.fromkeys(range(7), 8))
    assert found["understanding_after_mean"].withheld
    assert found["understanding_after_answers"].withheld
    assert found["understanding_before_mean"].value == 6
    assert found["understanding_shift_mean"].value == 2


def test_a_distribution_with_one_small_bar_is_withheld_whole() -> None:
    found = told(answers("after", "stars_content", {n: 5 if n else 1 for n in range(9)}))
    assert found["stars_content_answers"].withheld
    assert found["stars_content_mean"].value == pytest.approx(41 / 9)


def test_a_distribution_of_large_bars_is_shown() -> None:
    found = told(answers("after", "stars_content", {n: 5 if n < 6 else 4 for n in range(12)}))
    assert [cell.value for cell in found["stars_content_answers"].cells] == [0, 0, 0, 6, 6]


def test_shares_of_large_groups_are_shown_with_their_base() -> None:
    rows = answers("after", "watch_later", {n: "yes" if n < 74 else "maybe" if n < 95 else "no" for n in range(100)})
    found = told(rows)
    assert [found[f"watch_later_{choice}_share"].value for choice in ("yes", "maybe", "no")] == [0.74, 0.21, 0.05]
    assert (found["watch_later_no_share"].numerator, found["watch_later_no_share"].denominator) == (5, 100)


def test_a_small_share_is_withheld_with_the_one_that_would_give_it_away() -> None:
    rows = answers("after", "watch_later", {n: "yes" if n < 74 else "maybe" if n < 96 else "no" for n in range(100)})
    found = told(rows)
    assert found["watch_later_yes_share"].value == 0.74
    for choice in ("maybe", "no"):
        figure = found[f"watch_later_{choice}_share"]
        assert figure.withheld
        assert (figure.value, figure.numerator, figure.denominator, figure.interval) == (None,) * 4


def test_yes_is_withheld_where_it_would_give_a_small_no_away() -> None:
    assert told(answers("after", "attend_again", {n: "yes" if n else "no" for n in range(40)}))[
        "attend_again_yes_share"
    ].withheld


@given(st.dictionaries(st.integers(0, 30), st.sampled_from(["yes", "maybe", "no"])))
def test_the_shown_shares_of_a_question_leave_no_small_group(chosen: dict[int, str]) -> None:
    found = told(answers("after", "recommend", chosen))
    shown = {c: f for c in ("yes", "maybe", "no") if not (f := found[f"recommend_{c}_share"]).withheld}
    for choice, figure in shown.items():
        people = sum(each == choice for each in chosen.values())
        assert people == 0 or people >= 5
        assert figure.numerator == people
        assert figure.value == (people / len(chosen) if chosen else None)
    rest = sum(choice not in shown for choice in chosen.values())
    assert rest == 0 or rest >= 5 or not shown


def test_words_of_four_people_are_withheld_and_of_five_are_told() -> None:
    said = {n: f"Partnership, number {n}" for n in range(4)}
    assert told(answers("after", "learned", said))["learned"].withheld
    found = told(answers("after", "learned", {**said, 4: "Partnership and housing", 5: "  "}))
    assert found["learned"].numerator == 5
    assert isinstance(found["learned"].value, tuple)
    assert "Partnership and housing" in found["learned"].value
    assert [(cell.key, cell.value) for cell in found["learned_words"].cells] == [("partnership", 5)]


def test_response_rates_tell_who_did_not_answer() -> None:
    rows = answers("before", "understanding", dict.fromkeys(range(8), 6)) + answers("after", "understanding", {1: 8})
    found = told(rows, registered=10)
    assert (found["responses_before"].value, found["responses_before"].denominator) == (8, 10)
    assert found["responses_after"].value == 1
    assert found["responses_neither"].value == 2
