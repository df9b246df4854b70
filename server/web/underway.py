"""Long answers under way: each is asked about again when rights have changed, and cut off when it may not go on."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

ASKED_EVERY_S = 60.0
"""The time after which an answer is asked about though nothing was said: a day may have ended."""


class Underway:
    """Wakes every long answer of this process."""

    def __init__(self) -> None:
        self._doubted: set[asyncio.Event] = set()

    def doubt(self) -> None:
        """Have every answer asked about."""
        for doubted in self._doubted:
            doubted.set()

    def enter(self) -> asyncio.Event:
        """Begin an answer, which waits for this event; `leave` with it at the end."""
        doubted = asyncio.Event()
        self._doubted.add(doubted)
        return doubted

    def leave(self, doubted: asyncio.Event) -> None:
        """End an answer."""
        self._doubted.discard(doubted)

    async def wait(self, doubted: asyncio.Event) -> None:
        """Wait until an answer is to be asked about."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ASKED_EVERY_S):
                await doubted.wait()
        doubted.clear()


class WhileAllowed(Response):
    """An answer that goes on while `may_go_on`; then its connection is closed before the announced length is sent."""

    def __init__(self, whole: Response, underway: Underway, may_go_on: Callable[[], Awaitable[bool]]) -> None:
        super().__init__()
        self.whole, self.underway, self.may_go_on = whole, underway, may_go_on
        self.status_code, self.raw_headers = whole.status_code, whole.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self.whole(scope, receive, send))
        doubted = self.underway.enter()
        asking = asyncio.create_task(self._ask(doubted))
        try:
            await asyncio.wait((sending, asking), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await sending
        finally:
            self.underway.leave(doubted)
            for task in (sending, asking):
                task.cancel()
            await asyncio.gather(sending, asking, return_exceptions=True)

    async def _ask(self, doubted: asyncio.Event) -> None:
        """Return once the answer may not go on."""
        while True:
            await self.underway.wait(doubted)
            if not await self.may_go_on():
                return
