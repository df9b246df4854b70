"""The direct outlet of a WebSocket, which waits for nothing: uvicorn's own protocol, with a door for encoded frames.

Knows bytes, buffers and the end of a connection; knows no room and no command. It touches private names of the pinned
uvicorn and websockets, which `tests/live/test_fanout.py` holds against them.
"""

import asyncio
import socket
from typing import Any, Protocol, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode
from websockets.server import ServerProtocol

from rooms.outlet import Frame, Send, no_way
from rooms.protocol import Close

EXTENSION = "plenary.outlet"
"""The key of the connection's `DirectOutlet` in the `extensions` of the ASGI scope."""
TOLD_LIMIT = 500
"""The frames of its own that a connection may leave unread before it is closed. It asks again when it is back."""
FRAGMENTS_LIMIT = 64
"""The most frames that one message may come in: empty ones would otherwise gather without end."""
LAST_WORDS_WITHIN_S = 1.0
"""Seconds that the close frame of a server that ends has to be taken."""
UNSENT_LIMIT_BYTES = 16_384
"""The most unsent bytes that the kernel buffers for one connection: a stalled phone hoards no old frames."""


class ConnectionListener(Protocol):
    """A follower of one connection. No call waits."""

    def hear(self, text: str | None) -> None:
        """Take a message; None for a binary one."""

    def controlled(self) -> bool:
        """Count a ping or a pong; False when it belongs to a flood and must not be answered."""

    def drained(self) -> None:
        """Note that the connection missed shared frames and takes them again."""

    def gone(self) -> None:
        """Note that the connection is over. May be called twice."""


class DirectOutlet:
    """Implements `rooms.outlet.Outlet`: each frame is one write of shared bytes, at once.

    A shared frame goes by the socket's own `send`, without a line of Python between: that is most of a room's cost.

    The transport pauses the outlet when the kernel takes no more. Then shared frames are missed, and frames for this
    connection alone wait in order.
    """

    __slots__ = (
        "_is_full",
        "_is_over",
        "_kernel",
        "_listener",
        "_missed",
        "_pong",
        "_protocol",
        "_told",
        "send",
    )

    def __init__(self, protocol: "FanoutProtocol") -> None:
        self._protocol = protocol
        self._kernel: socket.socket | None = None
        """A socket on the connection's descriptor, which the transport keeps owning."""
        self.send: Send = no_way
        self._is_full = False
        self._is_over = False
        self._missed = False
        self._told: list[Frame] = []
        self._pong = b""
        self._listener: ConnectionListener | None = None

    def share(self, frame: Frame, sent: int = 0) -> bool:
        if self._is_full:
            self._missed = True
            return False
        self._write(frame.wire[sent:])
        return True

    def tell(self, *frames: Frame) -> None:
        if self._is_over:
            return
        if not self._is_full:
            return self._write(b"".join([frame.wire for frame in frames]))
        self._told += frames
        if len(self._told) > TOLD_LIMIT:
            self.close(Close.FELL_BEHIND)

    def close(self, code: Close) -> None:
        """Close, and tell the listener afterwards: the caller may be in the middle of a room's list."""
        if self._is_over:
            return
        self._is_over = self._is_full = True
        self._block()
        self._told.clear()
        self._protocol.end(code)
        self._protocol.loop.call_soon(self._end)

    def follow(self, listener: ConnectionListener) -> None:
        """Hand the accepted connection over to a listener: the application that asks for it may return."""
        self._listener = listener
        self._clear()
        self._protocol.hand_over()

    def heed(self) -> bool:
        """Have a ping or a pong counted; False when a ping must not be answered."""
        return self._listener is None or self._listener.controlled()

    def pong(self, answer: bytes) -> None:
        """Answer a ping. While the connection takes nothing, only the latest is answered later (RFC 6455, 5.5.3)."""
        if not self.heed():
            return
        if self._is_full:
            self._pong = answer
        else:
            self._write(answer)

    def pause(self) -> None:
        """Stop writing: the kernel takes no more, and the transport holds bytes that go first."""
        self._is_full = True
        self._block()

    def resume(self) -> None:
        """Write again: first the frames that wait, then whatever the listener sends for the missed ones."""
        if self._is_over:
            return
        self._is_full = False
        told, self._told = self._told, []
        pong, self._pong = self._pong, b""
        self._clear()
        if waiting := b"".join([pong, *(frame.wire for frame in told)]):
            self._write(waiting)
        if self._missed and not self._is_full and self._listener:
            self._missed = False
            self._listener.drained()

    def put_nowait(self, message: dict[str, Any]) -> None:
        """Hear a message at once: uvicorn fills this in place of its queue of ASGI messages."""
        if message["type"] != "websocket.receive":
            self._end()
        elif self._listener:
            self._listener.hear(message.get("text"))

    def _write(self, data: bytes) -> None:
        """Write by the transport, which tries at once and pauses this outlet when the kernel does not take all."""
        self._protocol.transport.write(data)

    def _clear(self) -> None:
        """Open the short way to the kernel. There is none under TLS, and none to a connection that is over."""
        transport = self._protocol.transport
        if self._listener is None or is_encrypted(transport):
            return
        theirs = transport.get_extra_info("socket")
        self._kernel = socket.socket(theirs.family, theirs.type, theirs.proto, theirs.fileno())
        self.send = self._kernel.send

    def _block(self) -> None:
        """Close the short way: a caller that still holds it is refused from now on."""
        self.send = no_way
        if self._kernel:
            self._kernel.detach()
            self._kernel = None

    def _end(self) -> None:
        """End all writing. Every end of a connection comes here before its transport closes."""
        self._is_over = self._is_full = True
        self._block()
        self._told.clear()
        listener, self._listener = self._listener, None
        if listener:
            listener.gone()


def is_encrypted(transport: asyncio.Transport) -> bool:
    return transport.get_extra_info("sslcontext") is not None


class FanoutProtocol(WebSocketsSansIOProtocol):
    """The protocol of uvicorn, which offers its outlet to the application."""

    outlet: DirectOutlet

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.conn = Peer(max_size=self.config.ws_max_size, logger=self.conn.logger)
        self._is_handed_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Set the limits of the write buffer: a write goes to the kernel at once, and a failed one pauses the outlet.

        The buffer is full with its first byte. Under TLS that would be full while it is empty, so there it is full
        with its second.
        """
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=int(is_encrypted(self.transport)), low=0)
        connected = self.transport.get_extra_info("socket")
        if connected is not None and connected.family in (socket.AF_INET, socket.AF_INET6):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_LIMIT_BYTES)
        self.outlet = DirectOutlet(self)

    async def run_asgi(self) -> None:
        """Run the application as uvicorn does; a connection that it handed over outlives it."""
        self.scope["extensions"][EXTENSION] = cast("dict[object, object]", self.outlet)
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
            self._is_handed_over = False
        if self._is_handed_over:
            del self.scope, self.request, self.response
        elif self.close_timer is None:
            self.transport.close()

    def hand_over(self) -> None:
        """Send messages to the outlet from now on. Reading counts as paused, so that uvicorn leaves it alone."""
        if self.read_paused:
            self.transport.resume_reading()
        self._is_handed_over = self.read_paused = True
        self.queue = cast("asyncio.Queue[Any]", self.outlet)

    def end(self, code: int) -> None:
        """Send a close frame. A peer that does not answer it in time is cut off, and its waiting frames are lost."""
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def shutdown(self) -> None:
        """Close with the server. A peer that takes nothing is cut off, or the end of the server would wait for it."""
        super().shutdown()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(LAST_WORDS_WITHIN_S, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.outlet.pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.outlet.resume()

    def handle_ping(self) -> None:
        self.outlet.pong(b"".join(self.conn.data_to_send()))

    def handle_pong(self, event: WireFrame) -> None:
        super().handle_pong(event)
        self.outlet.heed()

    def handle_cont(self, event: WireFrame) -> None:
        if len(self.frames) < FRAGMENTS_LIMIT:
            return super().handle_cont(event)
        self.conn.fail(1008, "too many fragments")
        self.handle_parser_exception()

    def handle_close(self, event: WireFrame) -> None:
        super().handle_close(event)
        self._cut_off_in_time()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._cut_off_in_time()

    def keepalive_timeout(self) -> None:
        """Drop a peer that has not answered a ping."""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006})
        super().keepalive_timeout()
        self.transport.abort()

    def _cut_off_in_time(self) -> None:
        """Abort the transport in time: it would wait for ever for a peer that does not read."""
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self.close_timeout, self.transport.abort)


class Peer(ServerProtocol):
    """The protocol of one connection, without extensions: nothing is compressed."""

    def recv_frame(self, frame: WireFrame) -> None:
        """Take a frame; a close may come between the fragments of a message (RFC 6455, 5.4; case 7.1.5 of Autobahn)."""
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None
        super().recv_frame(frame)
