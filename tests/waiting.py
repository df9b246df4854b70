"""Waiting in tests: to look again for a condition, or at a fixed pace where time itself is measured.

No other module of the tests sleeps.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar

WITHIN_S = 60
LEAST_PAUSE_S, MOST_PAUSE_S = 0.01, 0.25
PAUSE_PER_LOOK = 4
"""Pause after a look, as a multiple of the time that the look took: at most a fifth of the time is spent looking."""

Found = TypeVar("Found")


async def until(condition: Callable[[], Awaitable[Found] | Found], within_s: float = WITHIN_S) -> Found:
    """The answer of the condition, once it is true. Raises TimeoutError after `within_s` seconds."""
    async with asyncio.timeout(within_s):
        while True:
            began_s = time.monotonic()
            answer = condition()
            found: Found = await answer if isawaitable(answer) else answer
            if found:
                return found
            await asyncio.sleep(pause_s(time.monotonic() - began_s))


def wait_until(condition: Callable[[], Found], within_s: float = WITHIN_S) -> Found:
    """The answer of the condition, once it is true, without an event loop. Raises TimeoutError after `within_s`."""
    gives_up_at_s = time.monotonic() + within_s
    while True:
        began_s = time.monotonic()
        if found := condition():
            return found
        if time.monotonic() > gives_up_at_s:
            raise TimeoutError
        time.sleep(pause_s(time.monotonic() - began_s))


async def paced(every_s: float, count: int) -> AsyncIterator[int]:
    """The numbers from 0 to `count` − 1, one every `every_s` seconds: for a load, or for readings over some time."""
    began_s = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began_s + number * every_s - time.monotonic()))
        yield number


def pause_s(look_s: float) -> float:
    """The pause before the next look, in seconds, after a look that took `look_s`."""
    return min(max(PAUSE_PER_LOOK * look_s, LEAST_PAUSE_S), MOST_PAUSE_S)
