"""The receivers of frames: a connection, and the connections of one audience of a room that take frames now."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress

from rooms.outlet import Frame, Outlet, Send

PART = 500
"""The receivers of a large room that are written to before other tasks have their turn: some 6 ms."""


@dataclass(eq=False, slots=True)
class Connection:
    """One WebSocket as the rooms know it."""

    person: uuid.UUID
    sign_in: uuid.UUID
    outlet: Outlet
    rooms: set[str] = field(default_factory=set)
    observed: set[str] = field(default_factory=set)
    """The rooms among them that this page only shows: its person is not present in them."""


class Receivers:
    """Connections, each with its outlet's `send`, by which a frame goes the shortest way.

    Most of the cost of a large room is memory that has to be fetched for each member. So the receivers are listed once,
    until somebody comes or goes, and of a connection that takes a frame nothing but its `send` is touched.
    """

    def __init__(self) -> None:
        self._sends: dict[Connection, Send] = {}
        self._listed: tuple[Sequence[Connection], Sequence[Send]] | None = None

    def __len__(self) -> int:
        return len(self._sends)

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._sends

    def add(self, connection: Connection) -> None:
        """Add a connection, or learn the new `send` of its outlet."""
        self._sends[connection] = connection.outlet.send
        self._listed = None

    def discard(self, connection: Connection) -> None:
        self._sends.pop(connection, None)
        self._listed = None

    def write(self, frame: Frame) -> Iterator[tuple[int, int]]:
        """Write a frame to all, in parts. Yields for each part the number that took it and the number that fell behind.

        A connection that fell behind is discarded. Between two parts connections may come and go: a new one has been
        welcomed already, and one that left is not written to.
        """
        listed = self._listed = self._listed or (tuple(self._sends), tuple(self._sends.values()))
        for start in range(0, len(listed[0]), PART):
            part = slice(start, start + PART)
            everybody, sends = listed[0][part], listed[1][part]
            if self._listed is not listed:
                still = [self._sends.get(connection) is send for connection, send in zip(everybody, sends, strict=True)]
                everybody, sends = list(compress(everybody, still)), list(compress(sends, still))
            behind = sum(not self._share(everybody[index], frame, sent) for index, sent in write(sends, frame.wire))
            yield len(everybody) - behind, behind

    def _share(self, connection: Connection, frame: Frame, sent: int) -> bool:
        """Let an outlet take the rest of a frame in its own way; True when it does."""
        taken = connection.outlet.share(frame, sent)
        if taken:
            self.add(connection)
        else:
            self.discard(connection)
        return taken


def write(sends: Sequence[Send], wire: bytes) -> list[tuple[int, int]]:
    """Write to all. Returns the index of each that took less than the whole, with the number of bytes that it took."""
    whole, less = len(wire), []
    for index, send in enumerate(sends):
        try:
            if (sent := send(wire)) != whole:
                less.append((index, sent))
        except OSError:
            less.append((index, 0))
    return less
