"""Means, shares and paired shifts, compared with published examples and with plain counting."""

import itertools
import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.surveys.scoring import effect_size, mean, mean_interval, median, paired_shift, share, share_interval

ANSWERS = st.dictionaries(st.integers(0, 30), st.integers(0, 10), max_size=20)
VALUES = st.lists(st.integers(-10, 10), min_size=2, max_size=30)


def test_the_textbook_paired_example_comes_out() -> None:
    """Student's sleep data (1908): the additional hours of sleep of ten patients under two drugs."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    shift = paired_shift(dict(enumerate(first)), dict(enumerate(second)))
    assert shift.pairs == 10
    assert shift.mean == pytest.approx(1.58)
    assert shift.interval == pytest.approx((0.7001142, 2.4598858))
    correction = 1 - 3 / (4 * 9 - 1)
    assert shift.effect == pytest.approx(1.58 / 1.229995 * correction, rel=1e-3)


def test_only_people_who_answered_both_times_are_pairs() -> None:
    shift = paired_shift({"ama": 4, "ben": 6, "cai": 9}, {"ama": 8, "ben": 7, "dee": 1})
    assert (shift.before, shift.after, shift.pairs) == (3, 3, 2)
    assert (shift.before_total, shift.after_total, shift.mean) == (10, 15, 2.5)


def test_without_pairs_there_is_no_shift() -> None:
    shift = paired_shift({"ama": 4}, {"ben": 8})
    assert (shift.pairs, shift.mean, shift.interval, shift.effect) == (0, None, None, None)


def test_one_pair_has_a_shift_but_no_interval() -> None:
    shift = paired_shift({"ama": 4}, {"ama": 8})
    assert (shift.mean, shift.interval, shift.effect) == (4, None, None)


def test_a_shift_that_never_varies_has_no_effect_size() -> None:
    shift = paired_shift(dict.fromkeys(range(6), 6), dict.fromkeys(range(6), 8))
    assert (shift.mean, shift.interval, shift.effect) == (2, (2, 2), None)


@given(ANSWERS, ANSWERS)
def test_a_paired_shift_is_what_counting_by_hand_gives(before: dict[int, int], after: dict[int, int]) -> None:
    shifts = []
    for person, earlier in before.items():
        for other, later in after.items():
            if person == other:
                shifts.append(later - earlier)
    shift = paired_shift(before, after)
    assert (shift.before, shift.after, shift.pairs) == (len(before), len(after), len(shifts))
    assert shift.after_total - shift.before_total == sum(shifts)
    if shifts:
        assert shift.mean == pytest.approx(float(Fraction(sum(shifts), len(shifts))))


@given(VALUES)
def test_an_interval_is_scipys_own(values: list[int]) -> None:
    from scipy.stats import ttest_1samp

    interval = mean_interval(values)
    assert interval is not None
    if statistics.pstdev(values):
        expected = ttest_1samp(values, 0).confidence_interval(0.95)
        assert interval == pytest.approx((expected.low, expected.high))
    else:
        assert interval == (values[0], values[0])


@given(VALUES, st.integers(-5, 5))
def test_moving_every_value_moves_mean_and_interval_as_much(values: list[int], by: int) -> None:
    moved = mean_interval([value + by for value in values])
    assert moved == pytest.approx([end + by for end in mean_interval(values) or ()], abs=1e-9)


@given(st.lists(st.integers(0, 100), max_size=15))
def test_a_median_has_as_many_below_as_above(values: list[int]) -> None:
    middle = median(values)
    if not values:
        assert middle is None
        return
    ordered = sorted(values)
    half = len(ordered) // 2
    assert middle == (ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def test_the_median_of_an_odd_list_is_its_middle_value() -> None:
    assert median([9, 1, 5]) == 5
    assert median([9, 1, 5, 7, 3]) == 5


def test_nothing_has_no_mean_and_no_share() -> None:
    assert mean([]) is None
    assert share(0, 0) is None
    assert share_interval(0, 0) is None
    assert mean_interval([4]) is None
    assert effect_size([4]) is None


def test_wilsons_interval_is_the_published_one() -> None:
    """Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662."""
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(1, 200).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_share_lies_in_its_interval_and_the_interval_in_nought_to_one(counts: tuple[int, int]) -> None:
    interval = share_interval(*counts)
    assert interval is not None
    assert 0 <= interval.low <= (share(*counts) or 0) + 1e-12
    assert (share(*counts) or 0) - 1e-12 <= interval.high <= 1


@given(st.lists(st.integers(-10, 10), min_size=3, max_size=12))
def test_the_effect_size_is_mean_over_deviation_corrected(shifts: list[int]) -> None:
    found = effect_size(shifts)
    squares = [(a - b) ** 2 for a, b in itertools.combinations(shifts, 2)]
    variance = sum(squares) / (len(shifts) * (len(shifts) - 1))
    if not variance:
        assert found is None
        return
    freedom = len(shifts) - 1
    correction = math.gamma(freedom / 2) / (math.sqrt(freedom / 2) * math.gamma((freedom - 1) / 2))
    assert found == pytest.approx(sum(shifts) / len(shifts) / math.sqrt(variance) * correction)
