"""HTTP with bounds before the application: the size of a request's head, the time that its parts may take, its end.

It touches private names of the pinned uvicorn, which `tests/running/test_bounded_http.py` holds against them.
"""

import asyncio
from collections.abc import Callable

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.running import descriptors

TOO_LARGE, TOO_LATE = b"431 Request Header Fields Too Large", b"408 Request Timeout"
FULL = b"503 Service Unavailable"
SENTENCES = {
    TOO_LARGE: b"Address and headers are too long. Please shorten the address, or delete this site's cookies.\n",
    TOO_LATE: b"The request did not arrive in time. Please try again.\n",
    FULL: b"Too many people are here at this moment. This page tries again by itself.\n",
}
"""The answer to each refusal, a line for people and programs alike."""
RESERVE = 64
"""The last descriptors, which no live line is given: pages, probes and files need them for moments."""
COME_BACK_AFTER_S = 10
"""Seconds after which a refused live line may try again. Pages do so by themselves."""
TELLS_EVERY_S = 60.0
"""Seconds between two lines of the log about refused live lines."""
LINGERS_S = 1.0
"""Seconds that the answer to a refused request has to arrive."""
log = structlog.get_logger("plenary.connections")


class HeadTooLarge(Exception):
    """The head of a request is larger than `BoundedProtocol.HEAD_BYTES`."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which ends a connection whose request has too large a head or does not go on.

    A request that comes in one piece starts no timer. The application bounds the size of bodies.
    """

    HEAD_BYTES = 65_536
    """The largest head: request line and headers. A larger one is answered by status 431."""
    HEAD_WITHIN_S = 10.0
    """Seconds from the first byte of a head to its last; then the answer is 408."""
    BODY_IDLE_S = 30.0
    """Seconds that a body may bring no byte. A film's upload lasts as long as its bytes come."""

    LAST_REQUEST_WITHIN_S = 1.0
    """Seconds for which an idle connection stays open while the server ends: a request may be on its way already."""

    _told_at_s = -TELLS_EVERY_S
    """The last line in the log about refused live lines, of the whole process; by the loop's clock."""

    _in_head = False
    _in_body = False
    _received = 0
    """Bytes since the head began, the piece in hand included."""
    _timer: asyncio.TimerHandle | None = None
    _is_too_large = False
    _is_over = False
    """True once a request was refused, or the connection handed over: whatever comes here still is thrown away."""
    _is_ending = False
    """True once the server ends: the next answer is the connection's last."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._wait(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        was_in_head, waited = self._in_head, self._timer
        self._received += len(data)
        super().data_received(data)
        if self._is_over:
            return
        if self.transport.is_closing():
            return self._stop_waiting()
        if self._in_body:
            return self._wait(self.BODY_IDLE_S, self._is_late)
        if not self._in_head and not self._is_between_requests():
            return self._stop_waiting()
        if self._received > self.HEAD_BYTES:
            return self._refuse(TOO_LARGE)
        if not (was_in_head and waited):
            self._wait(self.HEAD_WITHIN_S, self._is_late)
        self._in_head = True

    def on_message_begin(self) -> None:
        self._in_head, self._in_body = True, False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Let the application begin. Raises HeadTooLarge, which ends the parsing."""
        if self._received > self.HEAD_BYTES and self._head_bytes() > self.HEAD_BYTES:
            self._is_too_large = True
            raise HeadTooLarge
        self._in_head, self._in_body, self._received = False, True, 0
        super().on_headers_complete()
        if self.cycle is not None and (self._is_ending or self._is_in_reserve()):
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        self._in_body, self._received = False, 0
        super().on_message_complete()

    def shutdown(self) -> None:
        """End once what has begun is answered. uvicorn closes a connection under a request that has just been sent."""
        self._is_ending = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif not self._in_head:
            self._wait(self.LAST_REQUEST_WITHIN_S, self.transport.close)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over: the protocol of WebSockets has bounds of its own.

        It may stay for hours. With few descriptors left it is refused, or pages and probes would be soon.
        """
        if self._is_in_reserve():
            self._tell_that_full()
            return self._refuse(FULL)
        self._is_over = True
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed, or what is too large, and close."""
        if self._is_too_large:
            self._refuse(TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _is_in_reserve(self) -> bool:
        return descriptors.left_after(self.transport.get_extra_info("socket").fileno()) < RESERVE

    def _tell_that_full(self) -> None:
        if self.loop.time() - BoundedProtocol._told_at_s >= TELLS_EVERY_S:
            BoundedProtocol._told_at_s = self.loop.time()
            log.error("live lines are refused: the limit of open files is reached", connections=len(self.connections))

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _is_between_requests(self) -> bool:
        """True when neither a request is being read nor one is being answered: only empty lines came."""
        return (self.cycle is None or self.cycle.response_complete) and self.timeout_keep_alive_task is None

    def _wait(self, seconds: float, call: Callable[[], None]) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, call)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_late(self) -> None:
        """End the connection, unless it is we who do not read: then the sender has the same time again."""
        if self.flow.read_paused:
            self._wait(self.BODY_IDLE_S, self._is_late)
        elif self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self._refuse(TOO_LATE)
        else:
            self.transport.abort()

    def _refuse(self, status: bytes) -> None:
        """Answer, and end the connection once the answer had time to arrive: an unread piece would reset it at once."""
        self._is_over = True
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        sentence = SENTENCES[status]
        head = b"HTTP/1.1 %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n"
        later = b"retry-after: %d\r\n" % COME_BACK_AFTER_S if status == FULL else b""
        self.transport.write(head % (status, len(sentence)) + later + b"\r\n" + sentence)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._wait(LINGERS_S, self.transport.abort)
