"""A simulated poor network: UDP to and from one port of loopback, delayed, and in part lost."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

MOST_BYTES = 2_048
BUFFER_BYTES = 1 << 20
Address = tuple[str, int]


class LossyLine:
    """Delays each packet by `delay_s`, and loses a `share` of packets, in either direction."""

    def __init__(self, to: int, *, share: float, delay_s: float, seed: int = 1) -> None:
        self.to, self.share, self.delay_s = to, share, delay_s
        self.passed = self.lost = 0
        self._chance = random.Random(seed)
        self._front = self._open()
        self._front.bind(("127.0.0.1", 0))
        self._backs: dict[Address, socket.socket] = {}

    @property
    def port(self) -> int:
        """The loopback port through which the far end is reached."""
        return int(self._front.getsockname()[1])

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LossyLine"]:
        loop = asyncio.get_running_loop()
        loop.add_reader(self._front, self._take)
        try:
            yield self
        finally:
            for each in (self._front, *self._backs.values()):
                loop.remove_reader(each)
                each.close()

    def _take(self) -> None:
        data, address = self._front.recvfrom(MOST_BYTES)
        if address not in self._backs:
            back = self._backs[address] = self._open()
            back.connect(("127.0.0.1", self.to))
            asyncio.get_running_loop().add_reader(back, self._give, back, address)
        self._later(self._backs[address], partial(socket.socket.send, self._backs[address], data))

    def _give(self, back: socket.socket, address: Address) -> None:
        try:
            data = back.recv(MOST_BYTES)
        except ConnectionRefusedError:  # nobody listens there just now
            return
        self._later(self._front, partial(socket.socket.sendto, self._front, data, address))

    def _later(self, way: socket.socket, send: Callable[[], int]) -> None:
        if self._chance.random() < self.share:
            self.lost += 1
            return
        self.passed += 1
        asyncio.get_running_loop().call_later(self.delay_s, self._send, way, send)

    def _send(self, way: socket.socket, send: Callable[[], int]) -> None:
        """Send a packet. When the socket is full or the far end is closed, the packet is lost."""
        try:
            if way.fileno() >= 0:
                send()
        except (BlockingIOError, ConnectionRefusedError):
            self.lost += 1

    def _open(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        return made
