"""What a room holds of a connection: a way to write to it without waiting."""

import struct
from collections.abc import Callable
from functools import cached_property
from typing import Protocol

from rooms.protocol import Close, Notice, encode

WHOLE_TEXT = 0x81
"""The first byte of a text frame that is a whole message (RFC 6455, 5.2)."""
Send = Callable[[bytes], int]
"""Writes to a connection; how many bytes were taken. Raises OSError for none."""


class Frame:
    """One notice, encoded once, whoever and however many receive it."""

    def __init__(self, notice: Notice) -> None:
        self.payload = encode(notice)
        """UTF-8 JSON."""
        self.wire = header(len(self.payload)) + self.payload
        """The WebSocket frame as it goes over the wire, unmasked and uncompressed."""

    @cached_property
    def text(self) -> str:
        """The payload for a server that writes text frames itself."""
        return self.payload.decode()


def header(length: int) -> bytes:
    """What precedes a text of so many bytes from a server (RFC 6455, 5.2)."""
    if length < 126:
        return struct.pack("!BB", WHOLE_TEXT, length)
    if length < 1 << 16:
        return struct.pack("!BBH", WHOLE_TEXT, 126, length)
    return struct.pack("!BBQ", WHOLE_TEXT, 127, length)


def no_way(wire: bytes) -> int:
    """The `send` of an outlet that takes nothing so: every frame is shared with it."""
    return 0


class Outlet(Protocol):
    """One connection's way out. No call waits; every call on a closed connection is without effect."""

    send: Send
    """The shortest way for a shared frame's `wire`: how many of its bytes were taken. Raises OSError for none.

    It may be kept and called again until it takes less than everything; then the frame is shared, and `send` is
    another.
    """

    def share(self, frame: Frame, sent: int = 0) -> bool:
        """Offer what `send` did not take of a frame that a later one makes superfluous.

        False: it fell behind, and is caught up when it drains.
        """

    def tell(self, *frames: Frame) -> None:
        """Send frames that concern this connection alone. One that takes no more is closed and asks again."""

    def close(self, code: Close) -> None:
        """End the connection, saying why."""
