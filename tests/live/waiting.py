"""Waiting for a condition, for as long as a busy machine needs."""

import asyncio
from collections.abc import Callable

WITHIN_S = 60


async def until(condition: Callable[[], object]) -> None:
    """Returns once the condition holds."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)
