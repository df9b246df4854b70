"""Thousands of WebSockets in one light process: bare sockets and epoll, and no Python object for each frame.

Receivers of one tick get the same bytes: what a chunk of bytes means is worked out once, and looked up for the others.
"""

import select
import socket
import time
from array import array
from collections.abc import Callable, Sequence

from loadtests.fanout.frames import CLOSE, PING, PONG, TEXT, masked, whole

AT_ONCE = 64
"""How many open at the same moment."""
OPENS_WITHIN_S = 120.0
CHUNK_BYTES = 65_536
KNOWN_CHUNKS = 10_000
PER_SOURCE = 20_000
"""Connections from one address: beyond, ports run out."""

Meaning = Callable[[bytes], int | None]
"""What a message counts to, or None when it says nothing of it."""


class Lost(Exception):
    """A connection was refused or has ended."""


class Crowd:
    """Connections to one server. `meaning` reads a total out of a message; each arrival of one is noted."""

    def __init__(self, port: int, meaning: Meaning = lambda message: None) -> None:
        self.port, self.meaning = port, meaning
        self.frames = 0
        """Text frames received."""
        self.lost = 0
        self.sockets: list[socket.socket] = []
        self.when, self.who, self.totals = array("d"), array("L"), array("L")
        """For each frame with a total: monotonic seconds, the receiver's index, and the total."""
        self.keeps_arrivals = False
        self.replies: dict[bytes, bytes] = {}
        """Messages that the server expects an answer to."""
        self._by_number: dict[int, int] = {}
        self._known: dict[bytes, tuple[int, int | None]] = {}
        self._rest: dict[int, bytes] = {}
        self._opening: dict[int, bytes] = {}
        self._received: array[int] = array("L")
        self._poll = select.epoll()

    def open(self, requests: Sequence[bytes], first: Callable[[int], bytes], frames: int) -> None:
        """Connect one for each request and send the frames `first(index)`; returns when all have had so many frames.

        Raises Lost for one that is refused.
        """
        until = time.monotonic() + OPENS_WITHIN_S + len(requests) / 50
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
            if self.lost or time.monotonic() > until:
                raise Lost(f"{len(self.sockets) - len(behind)} of {len(requests)} could come in, {self.lost} were lost")

    def listen(self, seconds: float) -> None:
        """Take in what comes for so long, or until the first arrivals are dealt with when it is 0."""
        until = time.monotonic() + seconds
        while True:
            for number, _ in self._poll.poll(max(0.0, until - time.monotonic()), 1024):
                self._read(self._by_number[number])
            if time.monotonic() >= until:
                return

    def take(self) -> None:
        """Take in what has come. Nobody is woken for what comes until then, which the server would pay for."""
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
        """What may begin with the answer to the handshake, or end in the middle of a frame."""
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
            self.when.append(time.monotonic())
            self.who.append(index)
            self.totals.append(total)

    def _lose(self, index: int) -> None:
        self._poll.unregister(self.sockets[index].fileno())
        self.lost += 1
