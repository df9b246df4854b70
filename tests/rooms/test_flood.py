"""The hard limit on one connection."""

from rooms.flood import BURST, Budget
from tests.rooms.fakes import NOON


def test_a_reconnecting_page_may_ask_for_much_at_once_and_a_flood_may_not():
    budget = Budget(now_ms=NOON)
    assert [budget.spend(now_ms=NOON) for _ in range(BURST + 1)] == [True] * BURST + [False]


def test_forty_a_second_go_on_for_ever():
    budget = Budget(now_ms=NOON)
    assert all(budget.spend(now_ms=NOON + n * 25) for n in range(10_000))
