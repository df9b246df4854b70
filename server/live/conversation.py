"""The commands of one connection to the hub: judged on arrival, obeyed in order. Knows no socket."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from rooms.errors import MessageRefused
from rooms.flood import Budget
from rooms.hub import Hub
from rooms.protocol import FRAME_LIMIT_BYTES, AnyCommand, Close, Hello, Playing, ReactionSend, decode_command
from rooms.receivers import Connection

FLOOD_IS_WATCHED_S = 0.5
BACKLOG_LIMIT = 100
"""The commands that may wait for an earlier one of their connection, which waits for the database. More are a flood."""

log = structlog.get_logger("plenary.live")


class Conversation:
    """Implements `server.live.fanout.ConnectionListener`. A task runs only while a command waits for something."""

    __slots__ = ("_budget", "_dropped", "_flood", "_task", "_waiting", "connection", "hub")

    def __init__(self, hub: Hub, connection: Connection) -> None:
        self.hub, self.connection = hub, connection
        self._budget = Budget(now_ms=hub.steady_ms())
        self._waiting: list[AnyCommand] = []
        self._task: asyncio.Task[None] | None = None
        self._dropped = 0
        """The number of frames past the hard limit."""
        self._flood: asyncio.Task[None] | None = None

    def hear(self, text: str | None) -> None:
        """Take a command; close on a frame that no page of ours would send. A flood is counted unread, then closed."""
        if not self._is_heeded():
            return
        if text is None or len(text.encode(errors="replace")) > FRAME_LIMIT_BYTES:
            self.connection.outlet.close(Close.TOO_LARGE)
        else:
            self._read(text)

    def controlled(self) -> bool:
        return self._is_heeded()

    def drained(self) -> None:
        self.hub.drained(self.connection)

    def gone(self) -> None:
        """Leave every room, unless a flood is still to be counted in them."""
        if self._dropped:
            return
        if self._task:
            self._task.cancel()
        self.hub.disconnect(self.connection)

    def _is_heeded(self) -> bool:
        """Count a frame; False when it belongs to a flood."""
        if self._dropped:
            self._dropped += 1
        elif not self._budget.spend(now_ms=self.hub.steady_ms()):
            self._cut_off()
        return not self._dropped

    def _read(self, text: str) -> None:
        try:
            command = decode_command(text)
        except MessageRefused:
            return self.connection.outlet.close(Close.BAD_MESSAGE)
        self._take(command)

    def _take(self, command: AnyCommand) -> None:
        if self._is_too_much(command) or len(self._waiting) >= BACKLOG_LIMIT:
            self._cut_off()
        elif self._task or not self._is_done_at_once(command):
            self._waiting.append(command)
            self._task = self._task or asyncio.create_task(self._obey())

    def _is_too_much(self, command: AnyCommand) -> bool:
        """Charge a hello for its rooms; True when that is more than is left."""
        if not isinstance(command, Hello):
            return False
        return not self._budget.spend(len(command.rooms) + len(command.observed), now_ms=self.hub.steady_ms())

    def _is_done_at_once(self, command: AnyCommand) -> bool:
        return isinstance(command, ReactionSend) and self.hub.react_here(self.connection, command)

    async def _obey(self) -> None:
        """Carry out the commands in order."""
        try:
            while self._waiting:
                command = self._waiting.pop(0)
                await HANDLERS[type(command)](self.hub, self.connection, command)
        except Exception:
            log.exception("a command failed")
            self.connection.outlet.close(Close.ROOM_FAILED)
        finally:
            self._task = None

    def _cut_off(self) -> None:
        if self._task:
            self._task.cancel()
        self._waiting.clear()
        self._dropped = 1
        self._flood = asyncio.create_task(self._count_flood())

    async def _count_flood(self) -> None:
        """Count the frames of the next half second unread, then close."""
        try:
            await asyncio.sleep(FLOOD_IS_WATCHED_S)
            await self.hub.flooded(self.connection, self._dropped)
        finally:
            self.hub.disconnect(self.connection)


HANDLERS: dict[type[Any], Callable[[Hub, Connection, Any], Awaitable[None]]] = {
    Hello: Hub.hello,
    ReactionSend: Hub.react,
    Playing: Hub.play,
}
