"""The line to the media process: calls with their answers, and news of what happens there."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from rooms import control
from rooms.control import (
    Answer,
    AnyCall,
    Connected,
    Described,
    Done,
    Leave,
    ListConnections,
    News,
    Publish,
    Refusal,
    Reply,
    Request,
    Watch,
)
from rooms.control import MediaDenied as CallRefused
from rooms.errors import MessageRefused
from rooms.grants import grant
from rooms.offers import OfferBudgets
from server.media.whereabouts import listen_address
from server.settings import Settings

ANSWERED_WITHIN_S = 10.0

Hear = Callable[[News], Awaitable[None]]


class MediaAway(Exception):
    """The media process is not reached now; its keeper starts it again."""


class MediaRefused(Exception):
    """The media process refuses a call, for this reason."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class MediaLine:
    """One connection to the media process, opened by `run` and shared by all callers."""

    def __init__(self, settings: Settings, key: bytes) -> None:
        self._settings, self._key = settings, key
        self._writer: asyncio.StreamWriter | None = None
        self._opened = asyncio.Event()
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._n = 0
        self.offers = OfferBudgets()

    @property
    def is_open(self) -> bool:
        return self._writer is not None

    async def opens(self, within_s: float) -> bool:
        """Wait until the line is open; False when it is not within `within_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._opened.wait()
        return self.is_open

    async def run(self, hear: Hear) -> None:
        """Connect, and hand on the news until the line breaks. Returns at once when no media process listens."""
        try:
            reader, writer = await self._connect()
        except OSError:
            return
        self._writer = writer
        self._opened.set()
        try:
            while True:
                reply = control.decode_reply(await control.read_frame(reader))
                await self._take(reply, hear)
        except (asyncio.IncompleteReadError, ConnectionError, MessageRefused):
            return
        finally:
            self._writer = None
            self._opened.clear()
            writer.close()
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(MediaAway())
            self._asked.clear()

    async def describe(self, call: Publish | Watch) -> str:
        """Have an offer answered; the answer's SDP. Raises MediaRefused, and MediaAway after which there is none.

        A connection whose answer does not come in time is ended, since nobody knows of it.
        """
        try:
            answer = await self._call(call)
        except MediaAway:
            with suppress(MediaAway, MediaRefused):
                await self.let_go(call.stage, call.source if isinstance(call, Publish) else call.watcher)
            raise
        assert isinstance(answer, Described)
        return answer.answer

    async def tell(self, call: AnyCall) -> None:
        """Have something done. Raises MediaAway, MediaRefused."""
        answer = await self._call(call)
        assert isinstance(answer, Done)

    async def connections(self) -> list[tuple[str, str]]:
        """Every connection of every stage, as pairs of stage and connection. Raises MediaAway, MediaRefused."""
        answer = await self._call(ListConnections())
        assert isinstance(answer, Connected)
        return answer.connections

    async def let_go(self, stage: str, connection: str) -> None:
        """End a connection that may be gone already. Raises MediaAway."""
        try:
            await self.tell(Leave(stage, connection))
        except MediaRefused as refused:
            if refused.reason != "unknown":
                raise

    async def _call(self, call: AnyCall) -> Answer:
        if self._writer is None:
            raise MediaAway
        self._n += 1
        n, content = self._n, control.encode(call)
        request = control.encode(Request(n, grant(self._key, content, time.time()), control.raw(content)))
        if len(request) > control.FRAME_LIMIT_BYTES:
            raise MediaRefused("too-large")
        asked = self._asked[n] = asyncio.get_running_loop().create_future()
        self._writer.write(control.frame(request))
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                answer: Answer = await asked
        except TimeoutError as error:
            raise MediaAway from error
        finally:
            self._asked.pop(n, None)
        if isinstance(answer, CallRefused):
            raise MediaRefused(answer.reason)
        return answer

    async def _take(self, reply: Reply, hear: Hear) -> None:
        if reply.n is None:
            assert isinstance(reply.said, News)
            await hear(reply.said)
            return
        asked = self._asked.get(reply.n)
        if asked is not None and not asked.done():
            assert isinstance(reply.said, Answer)
            asked.set_result(reply.said)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = listen_address(self._settings)
        if address.startswith("/"):
            return await asyncio.open_unix_connection(address)
        host, _, port = address.rpartition(":")
        return await asyncio.open_connection(host, int(port))
