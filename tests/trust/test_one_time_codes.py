"""Codes of an authenticator app."""

from datetime import UTC, datetime, timedelta

import pytest

from server.trust import one_time_codes as codes

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238, appendix B, in Base32."""
STEP = timedelta(seconds=codes.STEP_S)


@pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_the_codes_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert codes.matching_step(RFC_SECRET, code, moment) == seconds // codes.STEP_S


@pytest.mark.parametrize("away", [-1, 0, 1])
def test_a_clock_may_differ_by_one_step(away: int) -> None:
    moment = datetime.fromtimestamp(1111111109, UTC)
    assert codes.matching_step(RFC_SECRET, "081804", moment + away * STEP) == 1111111109 // codes.STEP_S


def test_an_old_code_is_dead() -> None:
    assert codes.matching_step(RFC_SECRET, "287082", datetime.fromtimestamp(59, UTC) + 2 * STEP) is None


@pytest.mark.parametrize("typed", ["081804", "081 804", " 081\u00a0804 ", "٠٨١٨٠٤", "０８１８０４", "०८१ ८०४"])
def test_a_code_is_read_in_the_digits_of_any_script(typed: str) -> None:
    assert codes.as_shown(typed) == "081804"


@pytest.mark.parametrize("typed", ["", "08180", "0818044", "²²²²²²", "08180a", "٠٨١٨٠", "①②③④⑤⑥", "-81804", "0_1804"])
def test_anything_else_is_no_code(typed: str) -> None:
    with pytest.raises(ValueError, match="six digits"):
        codes.as_shown(typed)


def test_a_code_in_other_characters_fits_never() -> None:
    assert codes.matching_step(RFC_SECRET, "٠٨١٨٠٤", datetime.fromtimestamp(1111111109, UTC)) is None


def test_the_key_is_drawn_for_a_phone() -> None:
    secret = codes.new_secret()
    assert codes.is_secret(secret)
    address = codes.address(secret, "olive@example.org")
    assert address.startswith("otpauth://totp/Plenary:olive%40example.org?")
    assert codes.drawing(address).startswith("<svg")
