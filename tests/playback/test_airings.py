"""Airings are remembered for a moment only."""

from datetime import timedelta

from rooms.playback.simulive import KNOWN_AFTER
from server.playback.airings import REMEMBERED_S


def test_an_end_is_known_everywhere_before_the_segments_after_it_are_refused() -> None:
    assert timedelta(seconds=REMEMBERED_S) < KNOWN_AFTER
