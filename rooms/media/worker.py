"""The media process: answers the calls of web processes, and sends them news. No database, no pages.

It listens on a Unix socket that only its owner may open, or on a TCP address; every call carries a grant.
"""

import asyncio
import contextlib
import logging
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from aioice.ice import get_host_addresses

from rooms import control
from rooms.control import Answer, MediaDenied, News, Reply
from rooms.errors import GrantExpired, GrantRefused, MessageRefused, OfferRefused
from rooms.grants import check
from rooms.media.rtc import seam
from rooms.media.rtc.udp_port import UdpPort, open_port
from rooms.media.stages import CallRefused, Stages

OWNER_ONLY = 0o600
MOST_UNSENT_BYTES = 4_000_000
"""A web process that leaves more unread has hung: its connection is ended, and it connects again when it can."""
MOST_CALLS = 256
"""Calls of one web process that are answered at once. Beyond this number no more are read until one is answered."""

log = logging.getLogger("plenary.media")


@dataclass(frozen=True)
class Whereabouts:
    """The addresses of a media process, and the directory that it writes to.

    `listen` is the path of a Unix socket, or `host:port`. `address` is the IP address that browsers are told; empty,
    they are told every address of this machine. `port` is the UDP port; 0 takes a free one. `directory` holds a
    directory for each programme.
    """

    listen: str
    address: str
    port: int
    directory: Path


class MediaWorker:
    """One media process."""

    def __init__(self, whereabouts: Whereabouts, key: bytes) -> None:
        self.whereabouts, self.key = whereabouts, key
        self.stages = Stages(whereabouts.directory, self.tell)
        self._lines: set[asyncio.StreamWriter] = set()

    async def run(self, life_line: TextIO | None = None) -> None:
        """Work until SIGTERM or SIGINT, or until `life_line` ends."""
        stopped = asyncio.Event()
        if life_line is not None:
            asyncio.get_running_loop().add_reader(life_line, stopped.set)
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, stopped.set)
        seam.install(await open_ports(self.whereabouts))
        server = await self._listen()
        ticking = asyncio.create_task(self.stages.run(), name="stages")
        await stopped.wait()
        server.close()
        ticking.cancel()
        lines = tuple(self._lines)
        for line in lines:
            line.close()
        await asyncio.gather(*(line.wait_closed() for line in lines), return_exceptions=True)
        await self.stages.close()

    def tell(self, news: News) -> None:
        """Send news to every web process."""
        self._send(control.encode(Reply(None, news)), *self._lines)

    async def _listen(self) -> asyncio.Server:
        if not self.whereabouts.listen.startswith("/"):
            host, _, port = self.whereabouts.listen.rpartition(":")
            return await asyncio.start_server(self._serve, host, int(port))
        remove_old(Path(self.whereabouts.listen))
        before = os.umask(0o777 & ~OWNER_ONLY)
        try:
            return await asyncio.start_unix_server(self._serve, self.whereabouts.listen)
        finally:
            os.umask(before)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one web process. Calls are answered concurrently: a slow one must not hold up the others.

        A call that cannot be read costs only itself; one that another key has signed ends the line.
        """
        self._send(control.encode(Reply(None, self.stages.present)), writer)
        self._lines.add(writer)
        free = asyncio.Semaphore(MOST_CALLS)
        try:
            async with asyncio.TaskGroup() as answering:
                while True:
                    await free.acquire()
                    answering.create_task(self._answer_next(await self._next(reader), writer, free))
        except* (asyncio.IncompleteReadError, ConnectionError):
            pass
        except* GrantRefused as refused:
            log.warning("the line to a web process was closed: %s", refused.exceptions)
        finally:
            self._lines.discard(writer)
            writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        """Read the next frame that is within the limit."""
        while True:
            try:
                return await control.read_frame(reader)
            except MessageRefused as refused:
                log.warning("a call of a web process was left out: %s", refused)

    async def _answer_next(self, content: bytes, writer: asyncio.StreamWriter, free: asyncio.Semaphore) -> None:
        try:
            await self._answer(content, writer)
        except (MessageRefused, GrantExpired) as refused:
            log.warning("a call of a web process was left out: %s", refused)
        finally:
            free.release()

    async def _answer(self, content: bytes, writer: asyncio.StreamWriter) -> None:
        request = control.decode_request(content)
        call = bytes(request.call)
        check(self.key, call, request.grant, time.time())
        self._send(control.encode(Reply(request.n, await self._do(call))), writer)

    async def _do(self, call: bytes) -> Answer:
        try:
            return await self.stages.answer(control.decode_call(call))
        except (CallRefused, OfferRefused) as error:
            return MediaDenied(error.reason)
        except OSError:
            log.exception("a programme could not be written")
            return MediaDenied("busy")
        except MessageRefused as refused:
            log.warning("a call of a web process cannot be read: %s", refused)
        except Exception:  # whoever else uses this line must not lose it
            log.exception("a call could not be carried out")
        return MediaDenied("bad-call")

    def _send(self, content: bytes, *lines: asyncio.StreamWriter) -> None:
        for line in lines:
            if line.transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
                line.transport.abort()
            else:
                line.write(control.frame(content))


def remove_old(path: Path) -> None:
    """Remove the socket of an earlier process: a socket outlives its process."""
    path.unlink(missing_ok=True)


async def open_ports(whereabouts: Whereabouts) -> dict[str, UdpPort]:
    """Open the UDP port on each address of either family; returned by the address that browsers are told."""
    if whereabouts.address:
        wildcard = "::" if ":" in whereabouts.address else "0.0.0.0"  # noqa: S104 - behind address translation
        return {whereabouts.address: (await open_port([wildcard], whereabouts.port))[wildcard]}
    addresses = get_host_addresses(use_ipv4=True, use_ipv6=True) or ["127.0.0.1"]
    return await open_port(addresses, whereabouts.port)


def run(whereabouts: Whereabouts, key: bytes, life_line: TextIO | None = None) -> None:
    """Run the media process until it is told to stop, or until `life_line` ends."""
    whereabouts.directory.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(MediaWorker(whereabouts, key).run(life_line))
