"""The direct outlet: the same bytes to everybody, kind to the slow, closed to the hostile, pinned to its uvicorn."""

import asyncio
import inspect
import socket
import struct
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.server import ServerProtocol

from rooms.outlet import Frame, header
from rooms.protocol import Changed, Close
from rooms.receivers import Connection, Receivers
from server.live.fanout import EXTENSION, TOLD_LIMIT, DirectOutlet, FanoutProtocol
from tests.waiting import WITHIN_S, until

TOUCHED = {
    WebSocketsSansIOProtocol: (
        "connection_made",
        "handle_close",
        "handle_cont",
        "handle_parser_exception",
        "handle_ping",
        "handle_pong",
        "keepalive_timeout",
        "pause_writing",
        "receive",
        "resume_writing",
        "run_asgi",
        "send",
        "send_500_response",
    ),
    ServerProtocol: ("data_to_send", "fail", "recv_frame", "send_close"),
}
"""The private methods that the subclasses override or call: uvicorn and websockets may change them without notice."""
KEPT = (
    "app",
    "close_sent",
    "close_timeout",
    "close_timer",
    "config",
    "conn",
    "frames",
    "logger",
    "loop",
    "queue",
    "read_paused",
    "transport",
)
"""The attributes of uvicorn's protocol that are read or set."""


class Ear:
    """A listener that keeps every message and answers each."""

    def __init__(self, outlet: DirectOutlet) -> None:
        self.outlet = outlet
        self.heard: list[str | None] = []
        self.drains = 0
        self.is_gone = asyncio.Event()
        self._page = Connection(uuid.uuid4(), uuid.uuid4(), outlet)
        self._active = Receivers()
        self._active.add(self._page)

    def share(self, frame: Frame) -> bool:
        """Share a frame as a room does; False when the connection fell behind."""
        if self._page not in self._active:
            self._active.add(self._page)
        return list(self._active.write(frame)) == [(1, 0)]

    def hear(self, text: str | None) -> None:
        self.heard.append(text)
        self.outlet.tell(a_frame(f"heard {len(self.heard)}"))

    def controlled(self) -> bool:
        return True

    def drained(self) -> None:
        self.drains += 1
        self.outlet.tell(a_frame("the latest"))

    def gone(self) -> None:
        self.is_gone.set()


class Hall:
    """A server whose application hands every connection over to an ear."""

    def __init__(self) -> None:
        self.ears: list[Ear] = []
        self.port = 0

    async def enter(self, websocket) -> None:
        await websocket.accept()
        outlet = websocket.scope["extensions"][EXTENSION]
        self.ears.append(Ear(outlet))
        outlet.follow(self.ears[-1])

    def share(self, frame: Frame) -> list[bool]:
        return [ear.share(frame) for ear in self.ears]

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"


def a_frame(name: str, padding: int = 0) -> Frame:
    return Frame(Changed(name, "0" * padding, 1, {}))


@asynccontextmanager
async def opened(hall: Hall, **options):
    async with connect(hall.address, proxy=None, compression=None, **options) as page:
        yield page


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """Serve in this process, by uvicorn with the protocol under test."""
    async with served_hall() as hall:
        yield hall


@asynccontextmanager
async def served_hall(application=None, **options) -> AsyncIterator[Hall]:
    hall = Hall()
    listener = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[WebSocketRoute("/", application or hall.enter)])
    defaults = {"ws": FanoutProtocol, "ws_max_size": 16_384, "log_config": None, "access_log": False, "lifespan": "off"}
    server = uvicorn.Server(uvicorn.Config(app, **(defaults | options)))
    hall.port = listener.getsockname()[1]
    serving = asyncio.create_task(server._serve([listener]))
    try:
        await until(lambda: server.started)
        yield hall
    finally:
        server.should_exit = True
        await serving


class Raw:
    """A client of bare bytes, which reads only when it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, opcode: int, payload: bytes = b"", *, fin: bool = True, length: int | None = None) -> None:
        """Send a masked frame (with a mask of zeros). `length` is the length that its header claims."""
        claimed = len(payload) if length is None else length
        size = bytes([0x80 | claimed]) if claimed < 126 else bytes([0x80 | 127]) + struct.pack("!Q", claimed)
        self.writer.write(bytes([opcode | (0x80 if fin else 0)]) + size + bytes(4) + payload)

    async def frame(self) -> tuple[int, bytes]:
        """Read the next frame: its opcode and payload."""
        async with asyncio.timeout(WITHIN_S):
            first, length = await self.reader.readexactly(2)
            if length == 126:
                [length] = struct.unpack("!H", await self.reader.readexactly(2))
            return first & 15, await self.reader.readexactly(length)


@asynccontextmanager
async def raw(hall: Hall, receive_buffer: int | None = None) -> AsyncIterator[Raw]:
    """Connect and upgrade. With a small receive buffer, unread bytes are soon too many for the kernel."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", hall.port))
    reader, writer = await asyncio.open_connection(sock=connection, limit=2_000)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert b"101" in (await reader.readuntil(b"\r\n\r\n"))
    await until(lambda: hall.ears)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("cls", TOUCHED)
def test_the_pinned_uvicorn_still_has_what_the_seam_touches(cls):
    missing = [name for name in TOUCHED[cls] if not callable(getattr(cls, name, None))]
    assert not missing, (
        f"{cls.__name__} has no {missing} any more: read its new source, then mend server/live/fanout.py"
    )


def test_the_pinned_uvicorn_still_keeps_its_state_where_the_seam_looks():
    source = inspect.getsource(WebSocketsSansIOProtocol)
    missing = [name for name in KEPT if f"self.{name}" not in source]
    assert not missing, f"uvicorn's protocol has no {missing} any more: mend server/live/fanout.py"


def test_run_asgi_is_uvicorns_but_for_the_hand_over():
    theirs = inspect.getsource(WebSocketsSansIOProtocol.run_asgi)
    for line in (
        "await self.app(self.scope, self.receive, self.send)",
        "except ClientDisconnected",
        "send_500_response",
    ):
        assert line in theirs, f"uvicorn's run_asgi is another: it has no `{line}`"
        assert line in inspect.getsource(FanoutProtocol.run_asgi)


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_header_is_what_the_websockets_library_writes(length):
    whole = WireFrame(Opcode.TEXT, b"x" * length).serialize(mask=False)
    assert header(length) == whole[: len(whole) - length]


async def test_everybody_receives_the_same_bytes(hall):
    async with raw(hall) as one, raw(hall) as two:
        await until(lambda: len(hall.ears) == 2)
        frame = a_frame("news", padding=500)
        assert hall.share(frame) == [True, True]
        assert await one.frame() == await two.frame() == (Opcode.TEXT, frame.payload)


async def test_who_is_gone_is_written_to_no_more_whatever_has_its_descriptor_now(hall):
    async with raw(hall) as page:
        ear = hall.ears[0]
        assert ear.share(a_frame("news"))
        short_way = ear.outlet.send
        page.writer.transport.abort()
        await until(ear.is_gone.is_set)
        with pytest.raises(OSError):
            short_way(a_frame("too late").wire)
        assert not ear.share(a_frame("too late"))


async def test_what_is_sent_is_heard_whole_in_its_order_and_answered(hall):
    async with raw(hall) as page:
        page.send(Opcode.TEXT, b"first ", fin=False)
        page.send(Opcode.PING, b"are you there")
        page.send(Opcode.CONT, b"message")
        page.send(Opcode.TEXT, b"second")
        page.send(Opcode.BINARY, b"\0")
        assert await page.frame() == (Opcode.PONG, b"are you there")
        for _ in range(3):
            await page.frame()
        assert hall.ears[0].heard == ["first message", "second", None]


async def test_a_close_between_fragments_is_answered_with_its_own_code(hall):
    async with raw(hall) as page:
        page.send(Opcode.TEXT, b"first", fin=False)
        page.send(Opcode.CLOSE, struct.pack("!H", 1000))
        assert await page.frame() == (Opcode.CLOSE, struct.pack("!H", 1000))
        await until(hall.ears[0].is_gone.is_set)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([(Opcode.TEXT, b"", True, 10**9)], 1009),
        ([(Opcode.TEXT, b"x" * 100, False, None), (Opcode.CONT, b"", True, 16_300)], 1009),
        ([(Opcode.TEXT, b"\xff\xfe", True, None)], 1007),
        ([(Opcode.CONT, b"x", True, None)], 1002),
        ([(Opcode.TEXT, b"x", False, None)] + [(Opcode.CONT, b"", False, None)] * 100, 1008),
    ],
    ids=["giant", "giant in fragments", "not UTF-8", "continues nothing", "fragments without end"],
)
async def test_what_breaks_the_protocol_is_closed_before_it_is_buffered(hall, frames, code):
    async with raw(hall) as page:
        for opcode, payload, fin, length in frames:
            page.send(opcode, payload, fin=fin, length=length)
        opcode, payload = await page.frame()
        assert (opcode, struct.unpack("!H", payload[:2])[0]) == (Opcode.CLOSE, code)
        await until(hall.ears[0].is_gone.is_set)
        assert hall.ears[0].heard == []


async def fill(hall: Hall, frame: Frame) -> int:
    """Share frames until the first ear takes no more. Returns the number that it took."""
    taken = 0
    while hall.ears[0].share(frame):
        taken += 1
        await asyncio.sleep(0)
    return taken


async def test_a_slow_reader_leaves_the_active_set_and_gets_the_latest_when_it_drains(hall):
    async with raw(hall, receive_buffer=4_096) as slow:
        frame = a_frame("news", padding=2_000)
        taken = await fill(hall, frame)
        hall.ears[0].outlet.tell(a_frame("first answer"))
        hall.ears[0].outlet.tell(a_frame("second answer"))
        assert not hall.ears[0].share(frame)
        read = [await slow.frame() for _ in range(taken)]
        assert read == [(Opcode.TEXT, frame.payload)] * taken
        names = [(await slow.frame())[1] for _ in range(3)]
        assert names == [a_frame(name).payload for name in ("first answer", "second answer", "the latest")]
        assert hall.ears[0].drains == 1
        assert hall.share(frame) == [True]


async def test_who_never_reads_is_contained_and_others_do_not_notice(hall):
    async with raw(hall, receive_buffer=4_096) as deaf, raw(hall) as other:
        await until(lambda: len(hall.ears) == 2)
        ear = hall.ears[0]
        await fill(hall, a_frame("news", padding=2_000))
        buffered = ear.outlet._protocol.transport.get_write_buffer_size()
        for n in range(TOLD_LIMIT):
            deaf.send(Opcode.PING, b"%d" % n)
            ear.share(a_frame("missed", padding=2_000))
            ear.outlet.tell(a_frame("answer"))
        await asyncio.sleep(0)
        assert ear.outlet._protocol.transport.get_write_buffer_size() == buffered < 2_100
        assert hall.ears[1].share(a_frame("news"))
        assert (await other.frame())[1] == a_frame("news").payload
        ear.outlet.tell(a_frame("one too many"))
        await until(ear.is_gone.is_set)
        ear.outlet.tell(a_frame("after the end"))
        assert ear.outlet._told == []


async def test_who_does_not_even_take_its_close_frame_is_cut_off(hall, monkeypatch):
    monkeypatch.setattr(WebSocketsSansIOProtocol, "__init__", hasty(WebSocketsSansIOProtocol.__init__))
    async with raw(hall, receive_buffer=4_096):
        protocol = hall.ears[0].outlet._protocol
        await fill(hall, a_frame("news", padding=2_000))
        hall.ears[0].outlet.close(Close.FLOOD)
        await until(lambda: protocol.disconnected)


async def test_whoever_goes_without_reading_is_let_go(hall, monkeypatch):
    monkeypatch.setattr(WebSocketsSansIOProtocol, "__init__", hasty(WebSocketsSansIOProtocol.__init__))
    async with raw(hall, receive_buffer=4_096) as deaf:
        protocol = hall.ears[0].outlet._protocol
        await fill(hall, a_frame("news", padding=2_000))
        deaf.send(Opcode.CLOSE, struct.pack("!H", 1000))
        await until(lambda: protocol.disconnected)


def hasty(init):
    """A protocol that waits briefly, not ten seconds, for the end of a connection."""

    def hasty_init(self, *arguments, **options):
        init(self, *arguments, **options)
        self.close_timeout = 0.1

    return hasty_init


async def test_a_dead_connection_is_freed_by_the_keep_alive():
    async with served_hall(ws_ping_interval=0.1, ws_ping_timeout=0.1) as hall, raw(hall, receive_buffer=4_096):
        await fill(hall, a_frame("news", padding=2_000))
        await until(hall.ears[0].is_gone.is_set)
        await until(lambda: hall.ears[0].outlet._protocol.disconnected)


async def test_the_keep_alive_keeps_whoever_answers():
    async with served_hall(ws_ping_interval=0.01, ws_ping_timeout=WITHIN_S) as hall, opened(hall) as page:
        await until(lambda: hall.ears)
        protocol = hall.ears[0].outlet._protocol
        for _ in range(3):
            protocol.last_ping_rtt = 0.0
            await until(lambda: protocol.last_ping_rtt > 0)
        await page.send("here")
        assert await page.recv()
        assert not hall.ears[0].is_gone.is_set()


async def test_a_close_says_its_code_and_comes_after_what_was_told(hall):
    async with opened(hall) as page:
        await until(lambda: hall.ears)
        hall.ears[0].outlet.tell(a_frame("last words"), a_frame("and more"))
        hall.ears[0].outlet.close(Close.FLOOD)
        hall.ears[0].outlet.tell(a_frame("too late"))
        assert not hall.ears[0].share(a_frame("too late"))
        assert [await page.recv(), await page.recv()] == [a_frame("last words").text, a_frame("and more").text]
        with pytest.raises(ConnectionClosed) as closed:
            await page.recv()
        assert closed.value.rcvd.code == Close.FLOOD
        await until(hall.ears[0].is_gone.is_set)


async def test_a_server_that_ends_tells_everybody_to_come_back():
    async with served_hall() as hall, opened(hall) as page:
        await until(lambda: hall.ears)
        hall.ears[0].outlet._protocol.shutdown()
        with pytest.raises(ConnectionClosed) as closed:
            await page.recv()
        assert closed.value.rcvd.code == 1012
        await until(hall.ears[0].is_gone.is_set)


async def test_nothing_is_compressed_whatever_a_browser_offers(hall):
    async with connect(hall.address, proxy=None, compression="deflate") as page:
        assert page.protocol.extensions == []


async def test_an_application_that_does_not_ask_for_its_outlet_is_served_as_by_uvicorn():
    async def echo(websocket):
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    async with served_hall(echo) as hall, opened(hall) as page:
        await page.send("and back")
        assert await page.recv() == "and back"
