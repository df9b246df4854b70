"""A page without a browser: one WebSocket and the notices that it received."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from rooms.protocol import (
    AnyNotice,
    Changed,
    Command,
    Denied,
    Hello,
    ReactionSend,
    Refused,
    Taken,
    Welcome,
    decode_notice,
    encode,
)

WITHIN_S = 60


class Page:
    """A page's dealings with its socket, without any drawing."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.notices: list[AnyNotice] = []
        self.frames: list[bytes] = []
        self.rooms: dict[str, dict[str, Any]] = {}
        self.answers: dict[tuple[str, int], str] = {}
        self.sender = secrets.token_hex(8)
        self.code: int | None = None
        self._sent = 0
        self._news = asyncio.Condition()

    async def send(self, command: Command) -> None:
        await self.socket.send(encode(command).decode())

    async def react(self, room: str, emoji: str = "clap", **fields: Any) -> tuple[str, int]:
        """Send one reaction and return its key within the person."""
        self._sent += 1
        command = {"session": room.partition(":")[2], "sender": self.sender, "n": self._sent, "emoji": emoji} | fields
        await self.send(msgspec.convert(command | {"type": "reaction.send"}, ReactionSend))
        return command["sender"], command["n"]

    async def until(self, told: Callable[["Page"], object], within_s: float = WITHIN_S) -> "Page":
        """Wait until notices make `told(self)` true."""
        try:
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait_for(lambda: told(self))
        except TimeoutError:
            raise AssertionError(f"never told; the rooms are {self.rooms}, the answers {self.answers}") from None
        return self

    async def listen(self) -> None:
        """Take in notices until the socket closes."""
        try:
            async for frame in self.socket:
                self._take(frame if isinstance(frame, bytes) else frame.encode())
                async with self._news:
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        self.code = self.socket.close_code
        async with self._news:
            self._news.notify_all()

    def _take(self, frame: bytes) -> None:
        notice = decode_notice(frame)
        self.frames.append(frame)
        self.notices.append(notice)
        match notice:
            case Welcome(room=room, topics=topics):
                self.rooms[room] = {topic: msgspec.json.decode(raw) for topic, raw in topics.items()}
            case Changed(room=room, topics=topics):
                self.rooms[room] |= {topic: msgspec.json.decode(raw) for topic, raw in topics.items()}
            case Taken(sender=sender, n=n):
                self.answers[sender, n] = "accepted"
            case Refused(sender=sender, n=n, reason=reason):
                self.answers[sender, n] = reason
            case Denied(room=room):
                self.rooms.pop(room, None)


@asynccontextmanager
async def opened(
    base: str, cookie: dict[str, str], *rooms: str, origin: str | None = None, **options: Any
) -> AsyncIterator[Page]:
    """Open a page's socket and enter its rooms."""
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookie.items())}
    address = base.replace("http", "ws", 1) + "/live"
    async with connect(
        address, origin=origin or base, additional_headers=headers, proxy=None, compression=None, **options
    ) as socket:
        page = Page(socket)
        listening = asyncio.create_task(page.listen())
        if rooms:
            await page.send(Hello(list(rooms)))
            await page.until(lambda page: page.rooms.keys() >= set(rooms) or page.code)
        try:
            yield page
        finally:
            with suppress(ConnectionClosed):
                await socket.close()
            await listening
