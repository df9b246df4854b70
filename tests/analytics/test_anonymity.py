"""Generalisation: in whatever way exported rows are grouped, at least five share each group of attributes shown."""

from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from server.analytics.anonymity import WITHHELD, generalised

ROWS = st.lists(
    st.tuples(st.sampled_from(["NHS", "Council", "Charity"]), st.sampled_from("BCS"), st.sampled_from("xy")),
    max_size=60,
)


def test_a_lone_resident_of_a_large_sector_keeps_the_sector_and_not_the_place() -> None:
    rows = [("NHS", "Basildon")] * 12 + [("NHS", "Maldon")] + [("NHS", "Thurrock")] * 6
    told = Counter(generalised(rows))
    assert told == {("NHS", "Basildon"): 12, ("NHS", WITHHELD): 7}


def test_a_small_sector_takes_the_next_smallest_with_it() -> None:
    told = Counter(generalised([("NHS",)] * 12 + [("Charity",)] * 2 + [("Council",)] * 8))
    assert told == {("NHS",): 12, (WITHHELD,): 10}


def test_no_rows_are_no_rows() -> None:
    assert generalised([]) == []


@given(ROWS)
def test_the_attributes_shown_in_a_row_are_shared_by_five_or_more(rows: list[tuple[str, ...]]) -> None:
    told = generalised(rows)
    assert len(told) == len(rows)
    for row, shown in zip(rows, told, strict=True):
        assert all(value in (original, WITHHELD) for value, original in zip(shown, row, strict=True))
    for width in (1, 2, 3):
        prefixes = Counter(shown[:width] for shown in told if WITHHELD not in shown[:width])
        assert all(people >= 5 for people in prefixes.values())


@given(ROWS)
def test_any_columns_together_are_shared_by_five_or_more(rows: list[tuple[str, ...]]) -> None:
    told = generalised(rows)
    for width in (1, 2):
        for columns in combinations(range(3), width):
            cells = Counter(tuple(shown[c] for c in columns) for shown in told)
            assert all(people >= 5 for cell, people in cells.items() if WITHHELD not in cell)


@given(ROWS)
def test_the_rows_withheld_within_a_group_are_five_or_more(rows: list[tuple[str, ...]]) -> None:
    """Among rows whose first attributes are alike, subtracting the shown values leaves no small group."""
    told = generalised(rows)
    for width in (1, 2, 3):
        heads = Counter(shown[: width - 1] for shown in told if WITHHELD not in shown[: width - 1])
        for head, people in heads.items():
            rest = sum(shown[: width - 1] == head and shown[width - 1] == WITHHELD for shown in told)
            assert rest == 0 or rest >= 5 or people < 5
