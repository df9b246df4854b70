"""Requests that are too large or never end: raw sockets against the server as `plenary serve` configures it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from starlette.types import Message, Receive, Scope, Send

from server.commands.serve import Server, web_config
from server.running.bounded_http import BoundedProtocol
from server.settings import Settings
from tests.waiting import until

ENDS_WITHIN_S = 20


class Hasty(BoundedProtocol):
    """The bounds with times that a test can wait for."""

    HEAD_WITHIN_S = 0.2
    BODY_IDLE_S = 0.2
    LAST_REQUEST_WITHIN_S = 0.2


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the number of bytes of the body, once all of it has come; keep a WebSocket open."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    size = 0
    message: Message = {"type": "http.request", "more_body": True}
    while message["type"] == "http.request" and message.get("more_body"):
        message = await receive()
        size += len(message.get("body", b""))
    body = str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(http: type[BoundedProtocol]) -> AsyncIterator[tuple[int, Callable[[], Awaitable[None]]]]:
    """Serve the application with these bounds; yield the port, and a function after which no connection is taken."""
    answers = asyncio.Event()
    config = web_config(application, Settings(), http, host="127.0.0.1", port=0, lifespan="off")
    server = Server(config, on_ready=answers.set)
    serving = asyncio.create_task(server.serve())
    await answers.wait()
    port = server.servers[0].sockets[0].getsockname()[1]

    async def end() -> None:
        server.should_exit = True
        await until(lambda: not server.servers[0].is_serving())

    yield port, end
    server.should_exit = True
    await serving


async def answer_to(port: int, *pieces: bytes) -> bytes:
    """All that the server answers to these pieces until it closes, without our closing first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(ENDS_WITHIN_S):
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


HALF_SENT = {
    "a request line": (b"GET / HTT",),
    "some headers": (b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ",),
    "empty lines": (b"\r\n",),
    "a body that stops": (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n", b"four"),
    "a chunk that stops": (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", b"9\r\nfour"),
    "a second request": (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"GET / HTTP/1.1\r\nx-slow: "),
}


@pytest.mark.parametrize("pieces", HALF_SENT.values(), ids=HALF_SENT)
async def test_a_request_that_stops_halfway_is_ended(pieces: tuple[bytes, ...]) -> None:
    async with serving(Hasty) as (port, _):
        answer = await answer_to(port, *pieces)
    assert b"HTTP/1.1 408 " in answer
    assert answer.endswith(b"\r\n\r\nThe request did not arrive in time. Please try again.\n")


@pytest.mark.parametrize("headers", [1, 100], ids=["one header", "many headers"])
async def test_a_head_that_is_too_large_is_refused(headers: int) -> None:
    """The refusal comes before its end: no memory holds more than the limit and the piece in hand."""
    piece = b"x-large: " + b"a" * (2 * BoundedProtocol.HEAD_BYTES // headers)
    lines = [piece + (b"\r\n" if headers > 1 else b"") for _ in range(headers)]
    async with serving(BoundedProtocol) as (port, _):
        head = b"GET / HTTP/1.1\r\nhost: x\r\n"
        answers = [await answer_to(port, head, *lines), await answer_to(port, head + b"".join(lines) + b"\r\n\r\n")]
    assert all(answer.startswith(b"HTTP/1.1 431 ") for answer in answers)
    assert all(answer.endswith(b"Please shorten the address, or delete this site's cookies.\n") for answer in answers)


async def test_a_body_may_last_for_as_long_as_bytes_come() -> None:
    """This one lasts far longer than a head may, and longer than any pause may."""
    pieces = 8
    async with serving(Hasty) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % pieces
        writer.write(head)
        for _ in range(pieces):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), Hasty.BODY_IDLE_S / 3)
            writer.write(b"a")
        async with asyncio.timeout(ENDS_WITHIN_S):
            assert (await reader.read()).endswith(b"\r\n\r\n%d" % pieces)
        writer.close()


async def test_a_large_body_after_a_small_head_is_no_large_head() -> None:
    body = b"a" * 4 * BoundedProtocol.HEAD_BYTES
    head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    async with serving(BoundedProtocol) as (port, _):
        assert (await answer_to(port, head + body)).endswith(b"\r\n\r\n%d" % len(body))


async def test_requests_follow_each_other_on_one_connection() -> None:
    """The time for a head counts from its first byte, so idle connections stay open between requests."""
    request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
    async with serving(Hasty) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            writer.write(request)
            async with asyncio.timeout(ENDS_WITHIN_S):
                assert await reader.readuntil(b"\r\n\r\n0")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), 2 * Hasty.HEAD_WITHIN_S)
        writer.close()


async def test_a_websocket_is_none_of_this_protocols_business() -> None:
    async with serving(Hasty) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        headers = b"host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
        writer.write(b"GET / HTTP/1.1\r\n" + headers + b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        async with asyncio.timeout(ENDS_WITHIN_S):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), 3 * Hasty.HEAD_WITHIN_S)
        writer.close()


class Unhurried(BoundedProtocol):
    """The bounds of a server that does not end before a busy machine has sent the last request."""

    LAST_REQUEST_WITHIN_S = ENDS_WITHIN_S


LAST_REQUESTS = {
    "on a fresh connection": (b"", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", 1),
    "on an idle connection": (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", 2),
    "half a head": (b"GET / HTTP/1.1\r\nhost: ", b"x\r\n\r\n", 1),
    "half a second head": (b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HT", b"TP/1.1\r\nhost: x\r\n\r\n", 2),
    "half a body": (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nfour", b"four", 1),
    "all but the body": (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n", b"four", 1),
}
"""For each moment at which a server ends: what was sent before, what comes after, and the answers to both together."""


@pytest.mark.parametrize("moment", LAST_REQUESTS)
async def test_a_server_that_ends_answers_what_is_under_way_and_closes(moment: str) -> None:
    before, after, answers = LAST_REQUESTS[moment]
    async with serving(Unhurried) as (port, end), asyncio.timeout(ENDS_WITHIN_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(before)
        read = b""
        while read.count(b"HTTP/1.1 200 ") < before.count(b"\r\n\r\n") - (b"POST" in before):
            read += await reader.read(1_000)
        await end()
        writer.write(after)
        read += await reader.read()
        writer.close()
    assert read.count(b"HTTP/1.1 200 ") == answers
    assert read.count(b"connection: close") == 1


async def test_a_server_that_ends_waits_for_no_idle_connection() -> None:
    async with serving(Hasty) as (port, end):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await end()
        async with asyncio.timeout(ENDS_WITHIN_S):
            assert await reader.read() == b""
        writer.close()
