"""The grants of calls to the media process."""

import pytest

from rooms.errors import GrantRefused
from rooms.grants import LASTS_S, check, grant

KEY, CALL, NOON = b"k" * 32, b'{"type":"leave"}', 1_800_000_000.0


def test_a_grant_lets_its_call_through_while_it_lasts():
    granted = grant(KEY, CALL, NOON)
    check(KEY, CALL, granted, NOON)
    check(KEY, CALL, granted, NOON + LASTS_S)


@pytest.mark.parametrize(
    ("key", "call", "at"),
    [
        (b"x" * 32, CALL, NOON),
        (KEY, b'{"type":"end"}', NOON),
        (KEY, CALL, NOON + LASTS_S + 1),
        (KEY, CALL, NOON - 2 * LASTS_S),
    ],
    ids=["another key", "another call", "too late", "a clock far ahead"],
)
def test_a_grant_for_something_else_is_refused(key: bytes, call: bytes, at: float):
    with pytest.raises(GrantRefused):
        check(key, call, grant(KEY, CALL, NOON), at)


@pytest.mark.parametrize("granted", ["", "1", "not a moment", "1800000005" + "0" * 64, "é" * 74])
def test_nonsense_is_refused(granted: str):
    with pytest.raises(GrantRefused):
        check(KEY, CALL, granted, NOON)


def test_a_grant_cannot_be_made_to_last():
    granted = grant(KEY, CALL, NOON)
    with pytest.raises(GrantRefused):
        check(KEY, CALL, f"{int(granted[:10]) + 1}{granted[10:]}", NOON)
