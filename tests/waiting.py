"""Waiting in tests. Nothing else in them sleeps: here it is done to look again, or because time is what is measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar

WITHIN_S = 60
LEAST_PAUSE_S, MOST_PAUSE_S = 0.01, 0.25
PAUSE_PER_LOOK = 4
"""What is slow to answer is asked seldom: at most a fifth of the time is spent looking."""

Found = TypeVar("Found")


async def until(condition: Callable[[], Awaitable[Found] | Found], within_s: float = WITHIN_S) -> Found:
    """The condition's answer, once it is true. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while True:
            began_s = time.monotonic()
            answer = condition()
            found: Found = await answer if isawaitable(answer) else answer
            if found:
                return found
            await asyncio.sleep(pause_s(time.monotonic() - began_s))


def wait_until(condition: Callable[[], Found], within_s: float = WITHIN_S) -> Found:
    """The same where there is no event loop. Raises TimeoutError."""
    gives_up_at_s = time.monotonic() + within_s
    while True:
        began_s = time.monotonic()
        if found := condition():
            return found
        if time.monotonic() > gives_up_at_s:
            raise TimeoutError
        time.sleep(pause_s(time.monotonic() - began_s))


async def paced(every_s: float, count: int) -> AsyncIterator[int]:
    """Numbers from 0 on, evenly in time: for a load, or for readings over a stretch of time. Nothing is hoped for."""
    began_s = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began_s + number * every_s - time.monotonic()))
        yield number


def pause_s(look_s: float) -> float:
    """How long to wait before the next look, after one that took `look_s`."""
    return min(max(PAUSE_PER_LOOK * look_s, LEAST_PAUSE_S), MOST_PAUSE_S)
