"""Passwords: their strength (zxcvbn) and their hashes (Argon2id, RFC 9106), each worked out in a thread."""

import asyncio
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 12, 128
STRONG_ENOUGH = 3
"""The least of zxcvbn's scores, 0 to 4, that a password needs: more than 10**8 guesses."""
AT_ONCE = 1
"""The number of hashes that are computed at the same time: each takes 64 MiB, and four cores if there are any."""
NICENESS = 10
"""The priority of their thread, and of those that it starts: whoever guesses passwords must not hold up an event."""

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_NOBODYS = _hasher.hash("the password of nobody at all")
"""Checked when there is no password, so that an unknown address takes as long as a known one."""


def _step_back() -> None:
    """Lower the priority of this thread alone, which Linux allows."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


_hashing = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords", initializer=_step_back)
_limiters: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("passwords")


async def hashed(password: str) -> str:
    """The hash of a password, as it is stored."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, _hasher.hash, password)


async def is_guessable(password: str, known: Sequence[str]) -> bool:
    """True when a password is common, or made of common words, patterns and texts that are `known` of its owner."""
    return await anyio.to_thread.run_sync(_is_guessable, password, known, limiter=_limiter())


def _is_guessable(password: str, known: Sequence[str]) -> bool:
    from zxcvbn import zxcvbn

    score: int = zxcvbn(password, user_inputs=list(known), max_length=LONGEST)["score"]
    return score < STRONG_ENOUGH


async def matches(stored: str | None, password: str) -> bool:
    """True when the password has this hash; without a hash the answer is False and takes as long."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, _matches, stored, password)


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
