"""The moves of each lifecycle."""

from datetime import UTC, datetime, timedelta

import pytest

from rooms.playback.simulive import Pause
from server.rules.lifecycles import (
    EVENT,
    RECORDING,
    SESSION,
    TAKEN_UP_WITHIN,
    SessionHours,
    end_due,
    moves_from,
    session_moves,
)

TEN = datetime(2026, 6, 28, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        ("scheduled", ["start", "cancel"]),
        ("live", ["pause", "end"]),
        ("paused", ["resume", "end"]),
        ("ended", ["take-up"]),
        ("cancelled", ["reinstate"]),
    ],
)
def test_a_session_offers_only_the_moves_of_its_state(state: str, moves: list[str]) -> None:
    assert moves_from(SESSION, state) == moves


def test_every_move_leads_to_another_state() -> None:
    for lifecycle in (SESSION, RECORDING, EVENT):
        assert all(move.target not in move.sources for move in lifecycle.values())


def test_an_end_is_taken_back_for_a_quarter_of_an_hour_and_then_stands() -> None:
    ended_at = datetime(2026, 6, 28, 10, tzinfo=UTC)
    for ago, moves in (
        (timedelta(0), ["take-up"]),
        (TAKEN_UP_WITHIN - timedelta(seconds=1), ["take-up"]),
        (TAKEN_UP_WITHIN, []),
    ):
        assert session_moves("ended", ended_at, ended_at + ago) == moves
    assert session_moves("ended", None, ended_at) == []
    assert session_moves("live", None, ended_at) == ["pause", "end"]


def due(started_at: datetime, *pauses: Pause, film: timedelta | None = None) -> datetime:
    """The due end of a session planned from ten for half an hour, as of half past ten."""
    return end_due(SessionHours(TEN, TEN + 30 * MINUTE, started_at), pauses, film, TEN + 30 * MINUTE)


def test_a_session_is_due_to_end_at_its_hour() -> None:
    assert due(TEN) == TEN + 30 * MINUTE
    assert due(TEN + 5 * MINUTE) == TEN + 30 * MINUTE


def test_what_was_lost_in_pauses_is_given_back() -> None:
    over, still = Pause(TEN + 5 * MINUTE, TEN + 9 * MINUTE), Pause(TEN + 29 * MINUTE, None)
    assert due(TEN, over, still) == TEN + 35 * MINUTE


def test_a_film_that_began_late_is_shown_to_its_end() -> None:
    assert due(TEN + 25 * MINUTE, film=10 * MINUTE) == TEN + 35 * MINUTE


def test_a_session_that_began_after_its_hour_has_its_whole_length() -> None:
    assert due(TEN + 40 * MINUTE) == TEN + 70 * MINUTE
