"""Whom the rooms write to: a connection, and those of one audience of a room who take its frames now."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress

from rooms.outlet import Frame, Outlet, Send

PART = 500
"""How many of a large room are written to before anything else has its turn: some 6 ms."""


@dataclass(eq=False, slots=True)
class Connection:
    """One WebSocket, as the rooms know it."""

    person: uuid.UUID
    sign_in: uuid.UUID
    outlet: Outlet
    rooms: set[str] = field(default_factory=set)
    observed: set[str] = field(default_factory=set)
    """The rooms among them that this page only shows: its person is not there for it."""


class Receivers:
    """Connections, each with its outlet's `send`: the way that every frame goes is kept short.

    Most of the cost of a large room is memory that has to be fetched for each member. So whom to write to is listed
    once, until somebody comes or goes, and of a connection that takes a frame nothing but its `send` is touched.
    """

    def __init__(self) -> None:
        self._sends: dict[Connection, Send] = {}
        self._listed: tuple[Sequence[Connection], Sequence[Send]] | None = None

    def __len__(self) -> int:
        return len(self._sends)

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._sends

    def add(self, connection: Connection) -> None:
        """Take it in, or learn its outlet's new way."""
        self._sends[connection] = connection.outlet.send
        self._listed = None

    def discard(self, connection: Connection) -> None:
        self._sends.pop(connection, None)
        self._listed = None

    def write(self, frame: Frame) -> Iterator[tuple[int, int]]:
        """Write a frame to everybody, in parts: how many of each took it, and how many fell behind and are out.

        Between two parts anybody may come or go: who came has been told, who went is told nothing more.
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
        """Whether an outlet that took less than a whole frame takes the rest of it in its own way."""
        taken = connection.outlet.share(frame, sent)
        if taken:
            self.add(connection)
        else:
            self.discard(connection)
        return taken


def write(sends: Sequence[Send], wire: bytes) -> list[tuple[int, int]]:
    """Write to all; of each that took less than everything, its index and how many bytes it took."""
    whole, less = len(wire), []
    for index, send in enumerate(sends):
        try:
            if (sent := send(wire)) != whole:
                less.append((index, sent))
        except OSError:
            less.append((index, 0))
    return less
