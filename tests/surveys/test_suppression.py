"""Suppression: a count of one to four people is neither shown nor derivable."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.surveys.suppression import THRESHOLD, gives_away, too_few, withheld

CELLS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8)


def _readings(hidden: int, people: int) -> list[tuple[int, ...]]:
    """Every assignment of counts to the withheld cells that adds up to the remainder of the total."""
    return [cells for cells in itertools.product(range(people + 1), repeat=hidden) if sum(cells) == people]


@pytest.mark.parametrize(("people", "few"), [(0, False), (1, True), (4, True), (5, False), (6, False)])
def test_one_to_four_people_are_too_few(people: int, few: bool) -> None:
    assert too_few(people) is few


def test_nothing_is_withheld_where_every_group_is_large_enough() -> None:
    assert withheld({"yes": 5, "maybe": 12, "no": 0}) == frozenset()


def test_a_single_small_cell_takes_the_next_smallest_with_it() -> None:
    assert withheld({"yes": 74, "maybe": 22, "no": 4}) == {"no", "maybe"}


def test_two_small_cells_that_make_five_people_hide_each_other() -> None:
    assert withheld({"yes": 74, "maybe": 3, "no": 2}) == {"no", "maybe"}


def test_two_small_cells_that_make_four_people_take_a_third_with_them() -> None:
    assert withheld({"a": 3, "b": 1, "c": 30, "d": 90}) == {"a", "b", "c"}


def test_an_empty_cell_is_no_place_to_hide() -> None:
    assert withheld({"yes": 9, "maybe": 3, "no": 0}) == {"maybe", "yes"}


def test_a_set_too_small_to_hide_in_is_withheld_whole() -> None:
    assert withheld({"yes": 2, "no": 0}) == {"yes", "no"}
    assert withheld({"yes": 2}) == {"yes"}


@given(CELLS)
@example({"a": 4, "b": 1, "c": 0})
@example({"a": 1, "b": 0})
def test_every_small_cell_is_withheld_and_no_small_group_is_left_over(cells: dict[str, int]) -> None:
    hidden = withheld(cells)
    assert {cell for cell, people in cells.items() if too_few(people)} <= hidden
    left = sum(cells[cell] for cell in hidden)
    assert not hidden or left >= THRESHOLD or sum(cells.values()) < THRESHOLD
    assert len(hidden) != 1 or len(cells) == 1


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), max_size=4))
def test_no_small_cell_follows_from_the_total_and_the_shown_cells(cells: dict[str, int]) -> None:
    hidden = sorted(withheld(cells))
    total = sum(cells.values())
    if not hidden or total < THRESHOLD:
        return
    readings = _readings(len(hidden), total - sum(n for cell, n in cells.items() if cell not in hidden))
    for place in range(len(hidden)):
        assert len({reading[place] for reading in readings}) > 1


@given(CELLS)
def test_nothing_is_withheld_without_need(cells: dict[str, int]) -> None:
    hidden = withheld(cells)
    if not any(too_few(people) for people in cells.values()):
        assert not hidden
        return
    for spare in (cell for cell in hidden if not too_few(cells[cell])):
        rest = hidden - {spare}
        people = sum(cells[cell] for cell in rest)
        larger = [cells[cell] for cell in rest if cells[cell] > cells[spare] >= THRESHOLD]
        assert len(rest) == 1 or too_few(people) or not cells[spare] or larger


@given(CELLS)
def test_the_order_of_the_cells_does_not_change_how_many_are_withheld(cells: dict[str, int]) -> None:
    backwards = dict(reversed(cells.items()))
    assert len(withheld(cells)) == len(withheld(backwards))


@pytest.mark.parametrize(
    ("group", "total", "tells"),
    [(6, 6, False), (6, 11, False), (6, 10, True), (6, 7, True), (4, 20, True), (0, 3, True), (0, 5, False)],
)
def test_a_group_and_its_whole_must_not_tell_of_a_small_rest(group: int, total: int, tells: bool) -> None:
    assert gives_away(group, total) is tells
