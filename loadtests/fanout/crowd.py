"""Thousands of WebSockets in one light process, by plain sockets and epoll, without a Python object for each frame.

All receivers get the same bytes at a tick, so a chunk of bytes is decoded once and looked up for the other receivers.
"""

import select
import socket
import time
from array import array
from collections.abc import Callable, Sequence

from loadtests.fanout.frames import CLOSE, PING, PONG, TEXT, masked, whole

AT_ONCE = 64
"""The most connections that are being opened at the same time."""
OPENS_WITHIN_S = 120.0
CHUNK_BYTES = 65_536
KNOWN_CHUNKS = 10_000
PER_SOURCE = 20_000
"""The most connections from one address: with more, its ports run out."""

Meaning = Callable[[bytes], int | None]
"""Reads the total out of a message; None when the message holds none."""


class Lost(Exception):
    """Raised when a connection was refused or has ended."""


class Crowd:
    """Connections to one server. `meaning` reads the total out of a message.

    While `keeps_arrivals` is set, the arrival of each total is noted.
    """

    def __init__(self, port: int, meaning: Meaning = lambda message: None) -> None:
        self.port, self.meaning = port, meaning
        self.frames = 0
        """Number of text frames received."""
        self.lost = 0
        self.sockets: list[socket.socket] = []
        self.arrived_s, self.receivers, self.totals = array("d"), array("L"), array("L")
        """For each noted arrival: monotonic seconds, the receiver's index, and the total."""
        self.keeps_arrivals = False
        self.replies: dict[bytes, bytes] = {}
        """The answers to messages for which the server expects one."""
        self._by_number: dict[int, int] = {}
        self._known: dict[bytes, tuple[int, int | None]] = {}
        self._rest: dict[int, bytes] = {}
        self._opening: dict[int, bytes] = {}
        self._received: array[int] = array("L")
        self._poll = select.epoll()

    def open(self, requests: Sequence[bytes], first: Callable[[int], bytes], frames: int) -> None:
        """Open a connection for each request, and send `first(index)` once it is open.

        Returns when every connection has received `frames` text frames. Raises Lost when one is refused or it takes too
        long.
        """
        until_s = time.monotonic() + OPENS_WITHIN_S + len(requests) / 50
        waiting = iter(enumerate(requests, len(self.sockets)))
        behind = set[int]()
        while True:
            while len(behind) < AT_ONCE and (following := next(waiting, None)):
                index, asked = following
                self._connect(index, asked, first(index))
                behind.add(index)
            if not behind:
                return
            self.listen(0.05)
            behind = {index for index in behind if self._received[index] < frames}
            if self.lost or time.monotonic() > until_s:
                raise Lost(f"{len(self.sockets) - len(behind)} of {len(requests)} could come in, {self.lost} were lost")

    def listen(self, seconds: float) -> None:
        """Read arriving bytes for `seconds` seconds; with 0, read only the bytes that have arrived already."""
        until_s = time.monotonic() + seconds
        while True:
            for number, _ in self._poll.poll(max(0.0, until_s - time.monotonic()), 1024):
                self._read(self._by_number[number])
            if time.monotonic() >= until_s:
                return

    def take(self) -> None:
        """Read the bytes that have arrived, without waiting for more.

        Waking up this process for each arrival would cost the server processor time.
        """
        while ready := self._poll.poll(0, 1024):
            for number, _ in ready:
                self._read(self._by_number[number])

    def say(self, index: int, message: bytes) -> None:
        self.sockets[index].send(masked(message))

    def close(self) -> None:
        for each in self.sockets:
            each.close()
        self._poll.close()

    def _connect(self, index: int, asked: bytes, first: bytes) -> None:
        connection = socket.socket()
        connection.bind((f"127.0.0.{2 + index // PER_SOURCE}", 0))
        connection.connect(("127.0.0.1", self.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.send(asked)
        connection.setblocking(False)
        self.sockets.append(connection)
        self._received.append(0)
        self._by_number[connection.fileno()] = index
        self._opening[index] = first
        self._poll.register(connection.fileno(), select.EPOLLIN)

    def _read(self, index: int) -> None:
        try:
            chunk = self.sockets[index].recv(CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            return self._lose(index)
        if index in self._rest or index in self._opening:
            return self._piece(index, self._rest.pop(index, b"") + chunk)
        known = self._known.get(chunk)
        if known is None:
            return self._piece(index, chunk)
        self._count(index, *known)

    def _piece(self, index: int, data: bytes) -> None:
        """Take bytes that may begin with the answer to the handshake, or end in the middle of a frame."""
        if index in self._opening:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest[index] = head
                return
            if b" 101 " not in head[:16]:
                return self._lose(index)
            self.sockets[index].send(self._opening.pop(index))
        end = self._frames(index, data)
        if end < len(data):
            self._rest[index] = data[end:]

    def _frames(self, index: int, data: bytes) -> int:
        texts, total, end, control = 0, None, 0, False
        for opcode, payload, ends in whole(data):
            end = ends
            if opcode == TEXT and payload not in self.replies:
                texts += 1
                total = self.meaning(payload) or total
            else:
                control = True
                self._answer(index, opcode, payload)
        if end == len(data) and not control:
            if len(self._known) >= KNOWN_CHUNKS:
                self._known.clear()
            self._known[data] = texts, total
        self._count(index, texts, total)
        return end

    def _answer(self, index: int, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self.sockets[index].send(masked(payload, PONG))
        elif opcode == CLOSE:
            self._lose(index)
        elif payload in self.replies:
            self.sockets[index].send(masked(self.replies[payload]))

    def _count(self, index: int, texts: int, total: int | None) -> None:
        self.frames += texts
        self._received[index] += texts
        if total is not None and self.keeps_arrivals:
            self.arrived_s.append(time.monotonic())
            self.receivers.append(index)
            self.totals.append(total)

    def _lose(self, index: int) -> None:
        self._poll.unregister(self.sockets[index].fileno())
        self.lost += 1
