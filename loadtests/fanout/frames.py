"""WebSocket frames as bytes (RFC 6455, 5.2). This module knows neither sockets nor the content of a message."""

import struct
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
FINAL, MASKED = 0x80, 0x80
MASK = bytes(4)
"""A mask of zeros, which leaves the payload as it is."""


def masked(payload: bytes, opcode: int = TEXT) -> bytes:
    """A whole frame from a client. `payload` has at most 65,535 bytes."""
    length = len(payload)
    size = struct.pack("!B", MASKED | length) if length < 126 else struct.pack("!BH", MASKED | 126, length)
    return bytes([FINAL | opcode]) + size + MASK + payload


def whole(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Each whole frame from a server: its opcode, its payload, and the offset of its end in `data`."""
    start = 0
    while start + 2 <= len(data):
        begins, length = start + 2, data[start + 1]
        if length == 126:
            begins += 2
        elif length == 127:
            begins += 8
        if begins > len(data):
            return
        if length > 125:
            length = int.from_bytes(data[start + 2 : begins], "big")
        if begins + length > len(data):
            return
        yield data[start] & 15, data[begins : begins + length], begins + length
        start = begins + length


def request(path: str, port: int, cookie: str = "") -> bytes:
    """The opening handshake of a client that offers no compression."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
