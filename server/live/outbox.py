"""The outlet of a WebSocket over ASGI's `send`, for servers without a direct one: bounded, kind to a slow phone."""

import asyncio
from collections import deque

from starlette.websockets import WebSocket, WebSocketDisconnect

from rooms.outlet import Frame, Send, no_way
from rooms.protocol import Close
from server.live.fanout import TOLD_LIMIT, ConnectionListener

SHARED_LIMIT = 16
"""The shared frames that may wait. Beyond them a connection has fallen behind, and is caught up when it has drained."""
CLOSED_WITHIN_S = 10.0
"""The time within which a connection must take its close frame before it is dropped."""


class Outbox:
    """Implements `rooms.outlet.Outlet`: frames wait here until they are written."""

    def __init__(self) -> None:
        self.send: Send = no_way
        self._code: Close | None = None
        """The close code, once the server has closed it."""
        self._fell_behind = False
        self._waiting: deque[Frame] = deque()
        self._filled = asyncio.Event()
        self._closed = asyncio.Event()

    def share(self, frame: Frame, sent: int = 0) -> bool:
        if len(self._waiting) >= SHARED_LIMIT:
            self._fell_behind = True
            return False
        self._put(frame)
        return True

    def tell(self, *frames: Frame) -> None:
        if len(self._waiting) >= TOLD_LIMIT:
            self.close(Close.FELL_BEHIND)
        self._put(*frames)

    def close(self, code: Close) -> None:
        self._code = self._code or code
        self._closed.set()

    async def carry(self, websocket: WebSocket, listener: ConnectionListener) -> None:
        """Read and write side by side until either side ends it."""
        tasks = [
            asyncio.create_task(each)
            for each in (self._read(websocket, listener), self._write(websocket, listener), self._closed.wait())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if self._code is not None:
                async with asyncio.timeout(CLOSED_WITHIN_S):
                    await websocket.close(self._code)
        except (WebSocketDisconnect, TimeoutError):
            return
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            listener.gone()

    async def _read(self, websocket: WebSocket, listener: ConnectionListener) -> None:
        """Hear messages until the connection ends, which raises WebSocketDisconnect."""
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            listener.hear(message.get("text"))

    async def _write(self, websocket: WebSocket, listener: ConnectionListener) -> None:
        while True:
            await self._filled.wait()
            while self._waiting:
                await websocket.send_text(self._waiting.popleft().text)
            self._filled.clear()
            if self._fell_behind:
                self._fell_behind = False
                listener.drained()

    def _put(self, *frames: Frame) -> None:
        if self._code is None:
            self._waiting.extend(frames)
            self._filled.set()
