"""Short-lived grants, which prove to the media process that a web process of this installation calls. No I/O.

A grant is a signature (HMAC-SHA-256) over the call's own bytes and the time until which it may be used.
"""

import hashlib
import hmac

from rooms.errors import GrantExpired, GrantRefused

LASTS_S = 10
"""The time within which a call must arrive. The clocks of both machines must differ by less."""
DIGITS = 10
"""The length of the time in a grant, seconds since 1970 in decimal."""


def grant(key: bytes, call: bytes, now_s: float) -> str:
    """Make the grant for this one call, valid until `LASTS_S` after `now_s`, epoch seconds."""
    until = f"{int(now_s) + LASTS_S:0{DIGITS}d}"
    return until + _signature(key, until, call)


def check(key: bytes, call: bytes, granted: str, now_s: float) -> None:
    """Raise GrantRefused for a grant that is signed with another key, for another call, or too old (GrantExpired)."""
    until, signature = granted[:DIGITS], granted[DIGITS:]
    if not hmac.compare_digest(signature.encode(), _signature(key, until, call).encode()):
        raise GrantRefused("this call is not signed with our key")
    if not now_s <= int(until) <= now_s + 2 * LASTS_S:
        raise GrantExpired("this call came too late, or the clocks differ")


def _signature(key: bytes, until: str, call: bytes) -> str:
    return hmac.new(key, until.encode() + call, hashlib.sha256).hexdigest()
