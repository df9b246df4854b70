"""What waits to be written to one WebSocket: bounded, and kind to a slow phone."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from rooms.outlet import Frame
from rooms.protocol import Close

SHARED_LIMIT = 16
"""Shared frames beyond it are not queued: the connection fell behind and is caught up when it has drained."""
TOLD_LIMIT = 500
"""A connection that leaves so many frames of its own unread is closed, and asks again when it is back."""


class Outbox:
    """Implements `rooms.outlet.Outlet` over an ASGI `send`: whatever runs `drain` writes for everybody else."""

    def __init__(self) -> None:
        self.code: Close | None = None
        """Why it was closed from here."""
        self.fell_behind = False
        self._waiting: deque[Frame] = deque()
        self._filled = asyncio.Event()

    def share(self, frame: Frame) -> bool:
        if len(self._waiting) >= SHARED_LIMIT:
            self.fell_behind = True
            return False
        self._put(frame)
        return True

    def tell(self, frame: Frame) -> None:
        if len(self._waiting) >= TOLD_LIMIT:
            self.close(Close.FELL_BEHIND)
        self._put(frame)

    def close(self, code: Close) -> None:
        self.code = self.code or code
        self._filled.set()

    async def drain(self, send: Callable[[str], Awaitable[None]], caught_up: Callable[[], None]) -> None:
        """Write until closed; `caught_up` is called when a connection that fell behind has taken everything."""
        while self.code is None:
            await self._filled.wait()
            while self._waiting and self.code is None:
                await send(self._waiting.popleft().text)
            self._filled.clear()
            if self.fell_behind and self.code is None:
                self.fell_behind = False
                caught_up()

    def _put(self, frame: Frame) -> None:
        if self.code is None:
            self._waiting.append(frame)
            self._filled.set()
