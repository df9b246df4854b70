"""Passwords: their strength (zxcvbn) and their hashes (Argon2id, RFC 9106), each worked out in a thread."""

from collections.abc import Sequence

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 12, 128
STRONG_ENOUGH = 3
"""The least of zxcvbn's scores, 0 to 4, that a password needs: more than 10**8 guesses."""
AT_ONCE = 2
"""The number of hashes that are computed at the same time: each takes 64 MiB."""

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_NOBODYS = _hasher.hash("the password of nobody at all")
"""Checked when there is no password, so that an unknown address takes as long as a known one."""
_limiters: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("passwords")


async def hashed(password: str) -> str:
    """The hash of a password, as it is stored."""
    return await anyio.to_thread.run_sync(_hasher.hash, password, limiter=_limiter())


async def is_guessable(password: str, known: Sequence[str]) -> bool:
    """True when a password is common, or made of common words, patterns and texts that are `known` of its owner."""
    return await anyio.to_thread.run_sync(_is_guessable, password, known, limiter=_limiter())


def _is_guessable(password: str, known: Sequence[str]) -> bool:
    from zxcvbn import zxcvbn

    score: int = zxcvbn(password, user_inputs=list(known), max_length=LONGEST)["score"]
    return score < STRONG_ENOUGH


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
