"""The facts from which a session's player is drawn, for one viewer."""

import pytest

from server.rules.phases import PhaseFacts
from server.rules.showing import Showing

RECORDED = PhaseFacts("ended", "open", "none", "film")


@pytest.mark.parametrize(
    ("left_s", "start_s"),
    [(0, 0), (4.9, 0), (5, 5), (33, 33), (90, 90), (90.1, 0), (100, 0)],
)
def test_a_recording_goes_on_where_it_was_left_but_at_its_two_ends(left_s: float, start_s: float) -> None:
    assert Showing(facts=RECORDED, left_s=left_s, recorded_s=100).start_s == start_s


def test_the_second_that_an_address_asks_for_comes_before_where_it_was_left() -> None:
    assert Showing(facts=RECORDED, left_s=33, recorded_s=100, asked_s=0).start_s == 0
    assert Showing(facts=RECORDED, left_s=33, recorded_s=100, asked_s=61).start_s == 61


def test_a_showing_begins_with_the_card_of_its_phase() -> None:
    live = Showing(facts=PhaseFacts("live", "none", "clear", "stage"))
    assert (live.phase, live.card) == ("between", "between")
    recorded = Showing(facts=RECORDED)
    assert (recorded.phase, recorded.card) == ("on-demand", None)
