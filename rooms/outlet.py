"""What a room holds of a connection: a way to write to it without waiting."""

from functools import cached_property
from typing import Protocol

from rooms.protocol import Close, Notice, encode


class Frame:
    """One notice, encoded once, whoever and however many receive it."""

    def __init__(self, notice: Notice) -> None:
        self.payload = encode(notice)
        """UTF-8 JSON."""

    @cached_property
    def text(self) -> str:
        """The payload for a server that writes text frames itself."""
        return self.payload.decode()


class Outlet(Protocol):
    """One connection's way out. No call waits; every call on a closed connection is without effect."""

    def share(self, frame: Frame) -> bool:
        """Offer a frame that a later one makes superfluous. False: it fell behind, and is caught up when it drains."""

    def tell(self, frame: Frame) -> None:
        """Send a frame that concerns this connection alone. One that takes no more is closed and asks again."""

    def close(self, code: Close) -> None:
        """End the connection, saying why."""
