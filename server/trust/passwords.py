"""Passwords: Argon2id (RFC 9106), computed in a thread so that the event loop goes on."""

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 12, 128
AT_ONCE = 2
"""The number of hashes that are computed at the same time: each takes 64 MiB."""

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_NOBODYS = _hasher.hash("the password of nobody at all")
"""Checked when there is no password, so that an unknown address takes as long as a known one."""
_limiters: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("passwords")


async def hashed(password: str) -> str:
    """The hash of a password, as it is stored."""
    return await anyio.to_thread.run_sync(_hasher.hash, password, limiter=_limiter())


async def matches(stored: str | None, password: str) -> bool:
    """True when the password has this hash; without a hash the answer is False and takes as long."""
    return await anyio.to_thread.run_sync(_matches, stored, password, limiter=_limiter())


def _matches(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def _limiter() -> anyio.CapacityLimiter:
    """The limiter of this event loop."""
    try:
        return _limiters.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(AT_ONCE)
        _limiters.set(limiter)
        return limiter
