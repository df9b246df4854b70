"""Hostile clients: raw sockets that send any bytes, from any loopback address."""

import asyncio
import base64
import secrets
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

MASK = b"\x00\x00\x00\x00"
TEXT, BINARY, CLOSE = 0x1, 0x2, 0x8
FINAL = 0x80
ENDS_WITHIN_S = 120


class Intruder:
    """A WebSocket client by hand (RFC 6455), which need not keep to the protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, payload: bytes, *, opcode: int = FINAL | TEXT, announced: int | None = None) -> None:
        """Send a frame whose header may announce another length. The server may have closed already."""
        size = len(payload) if announced is None else announced
        with suppress(ConnectionError):
            self.writer.write(struct.pack("!BBQ", opcode, 0x80 | 127, size) + MASK + payload)
            await self.writer.drain()

    async def blurt(self, content: bytes) -> None:
        """Send bytes that are not a frame."""
        with suppress(ConnectionError):
            self.writer.write(content)
            await self.writer.drain()

    def read_nothing_more(self) -> None:
        """Stop reading: everything that comes stays in the network's buffers, which are small from now on."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.writer.transport.pause_reading()  # type: ignore[attr-defined]

    async def code(self) -> int:
        """Wait for the end and return its close code, or 1006 for an end without one."""
        async with asyncio.timeout(ENDS_WITHIN_S):
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    opcode, payload = await self._frame()
                    if opcode == CLOSE:
                        return int(struct.unpack("!H", payload[:2])[0])
        return 1006

    async def _frame(self) -> tuple[int, bytes]:
        first, size = await self.reader.readexactly(2)
        if size == 126:
            [size] = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            [size] = struct.unpack("!Q", await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(size)


@asynccontextmanager
async def intruding(
    base: str, cookie: dict[str, str] | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[Intruder]:
    """Open a WebSocket from a loopback address."""
    url = urlsplit(base)
    reader, writer = await asyncio.open_connection(url.hostname, url.port, local_addr=(address, 0))
    headers = {
        "Host": url.netloc,
        "Origin": base,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "Cookie": "; ".join(f"{name}={value}" for name, value in (cookie or {}).items()),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"GET /live HTTP/1.1\r\n{lines}\r\n".encode())
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head.splitlines()[0], head
        yield Intruder(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
