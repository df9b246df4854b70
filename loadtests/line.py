"""A WebSocket for simulated pages, light enough for thousands in one process.

It decodes only the notices for its own page, and counts the frames that are shared with everybody. It implements as
much of RFC 6455 as a page needs, over a blocking socket (which gevent makes cooperative): text frames only, without
extensions and fragments.
"""

import base64
import json
import os
import random
import socket
import struct
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
FINAL, MASKED = 0x80, 0x80
CHUNK_BYTES = 65_536
ANSWERS_WITHIN_S = 60.0
FIRST_TRY_WITHIN_S, LATER_TRIES_WITHIN_S = 3.0, 15.0
"""Longest waits before a page reconnects, as in static/js: the first is doubled at each try, up to the second."""
SHARED = b'{"type":"changed"'
"""First bytes of a frame that everybody in a room gets."""


def pause(tries: int) -> float:
    """The seconds that a page waits before it reconnects after `tries` failed tries."""
    return random.uniform(0, min(LATER_TRIES_WITHIN_S, FIRST_TRY_WITHIN_S * 2**tries))


class LineClosed(Exception):
    """Raised when the other side has ended the connection; `code` is the close code, 1006 without a close frame."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Line:
    """A connection to `/live`. Raises LineClosed, and OSError, also after a minute without a frame."""

    def __init__(self, base: str, cookies: Mapping[str, str]) -> None:
        self.shared = 0
        """Number of frames shared with everybody, which are not decoded."""
        self._waiting = bytearray()
        address = urlsplit(base)
        self._socket = socket.create_connection((address.hostname or "", address.port or 80), ANSWERS_WITHIN_S)
        self._open(base, address.netloc, cookies)

    def send(self, command: Mapping[str, Any]) -> None:
        self._write(TEXT, json.dumps(command).encode())

    def notices(self) -> Iterator[dict[str, Any]]:
        """The notices for this page alone, `welcome` among them, as they come."""
        while True:
            opcode, payload = self._frame()
            if opcode == PING:
                self._write(PONG, payload)
            elif opcode == CLOSE:
                raise LineClosed(struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005)
            elif payload.startswith(SHARED):
                self.shared += 1
            else:
                yield json.loads(payload)

    def cut(self) -> None:
        """Close the socket without a close frame, as a lost network does."""
        self._socket.close()

    def _open(self, base: str, host: str, cookies: Mapping[str, str]) -> None:
        headers = {
            "Host": host,
            "Origin": base,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        lines = "\r\n".join(["GET /live HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())])
        self._socket.sendall(f"{lines}\r\n\r\n".encode())
        while b"\r\n\r\n" not in self._waiting:
            self._receive()
        head, _, rest = bytes(self._waiting).partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(head.split(b"\r\n", 1)[0].decode())
        self._waiting = bytearray(rest)

    def _write(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes([MASKED | size]) if size < 126 else struct.pack("!BH", MASKED | 126, size)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))
        self._socket.sendall(bytes([FINAL | opcode]) + length + mask + masked)

    def _frame(self) -> tuple[int, bytes]:
        """The next frame's opcode and payload."""
        self._need(2)
        opcode, size, start = self._waiting[0] & 0x0F, self._waiting[1], 2
        if size == 126:
            self._need(4)
            size, start = struct.unpack_from("!H", self._waiting, 2)[0], 4
        elif size == 127:
            self._need(10)
            size, start = struct.unpack_from("!Q", self._waiting, 2)[0], 10
        self._need(start + size)
        payload = bytes(self._waiting[start : start + size])
        del self._waiting[: start + size]
        return opcode, payload

    def _need(self, size: int) -> None:
        while len(self._waiting) < size:
            self._receive()

    def _receive(self) -> None:
        part = self._socket.recv(CHUNK_BYTES)
        if not part:
            raise LineClosed(1006)
        self._waiting += part
