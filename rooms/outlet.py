"""An outlet: the way in which a room writes to a connection without waiting."""

import struct
from collections.abc import Callable
from functools import cached_property
from typing import Protocol

from rooms.protocol import Close, Notice, encode

WHOLE_TEXT = 0x81
"""The first byte of a text frame that is a whole message (RFC 6455, 5.2)."""
Send = Callable[[bytes], int]
"""Writes to a connection and returns the number of bytes taken. Raises OSError for none."""


class Frame:
    """One notice, encoded once for all its receivers."""

    def __init__(self, notice: Notice) -> None:
        self.payload = encode(notice)
        """UTF-8 JSON."""
        self.wire = header(len(self.payload)) + self.payload
        """The WebSocket frame as it goes over the wire, unmasked and uncompressed."""

    @cached_property
    def text(self) -> str:
        """The payload as text, for a server that makes the frames itself."""
        return self.payload.decode()


def header(length: int) -> bytes:
    """Make the header of a server's text frame of `length` bytes (RFC 6455, 5.2)."""
    if length < 126:
        return struct.pack("!BB", WHOLE_TEXT, length)
    if length < 1 << 16:
        return struct.pack("!BBH", WHOLE_TEXT, 126, length)
    return struct.pack("!BBQ", WHOLE_TEXT, 127, length)


def no_way(wire: bytes) -> int:
    """Take nothing: the `send` of an outlet to which every frame goes by `share`."""
    return 0


class Outlet(Protocol):
    """The outlet of one connection. No call waits, and every call on a closed connection is without effect."""

    send: Send
    """The shortest way for a shared frame's `wire`. Returns the number of bytes taken; raises OSError for none.

    A caller may keep it and call it again until it takes less than the whole. Then the frame goes by `share`, and the
    outlet has another `send`.
    """

    def share(self, frame: Frame, sent: int = 0) -> bool:
        """Offer the rest of a frame that `send` did not take whole; a later frame makes it superfluous.

        False when the connection fell behind: it is caught up when it drains.
        """

    def tell(self, *frames: Frame) -> None:
        """Send frames that concern this connection alone. A connection that takes no more is closed."""

    def close(self, code: Close) -> None:
        """End the connection, saying why."""
