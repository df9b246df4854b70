"""Short-lived grants: how the media process knows that a call comes from a web process of this installation. No I/O.

A grant is a signature (HMAC-SHA-256) over the call's own bytes and the moment until which it may be used.
"""

import hashlib
import hmac

from rooms.errors import GrantRefused

LASTS_S = 10
"""Time enough for a call to arrive; the clocks of both machines must agree better than that."""
DIGITS = 10
"""Of the moment, seconds since 1970."""


def grant(key: bytes, call: bytes, now_s: float) -> str:
    """What allows this one call until `LASTS_S` seconds from `now_s`, epoch seconds."""
    until = f"{int(now_s) + LASTS_S:0{DIGITS}d}"
    return until + _signature(key, until, call)


def check(key: bytes, call: bytes, granted: str, now_s: float) -> None:
    """Raises GrantRefused for a grant that is somebody else's, for another call, or too old."""
    until, signature = granted[:DIGITS], granted[DIGITS:]
    if not hmac.compare_digest(signature.encode(), _signature(key, until, call).encode()):
        raise GrantRefused("this call is not signed with our key")
    if not now_s <= int(until) <= now_s + 2 * LASTS_S:
        raise GrantRefused("this call came too late, or the clocks differ")


def _signature(key: bytes, until: str, call: bytes) -> str:
    return hmac.new(key, until.encode() + call, hashlib.sha256).hexdigest()
