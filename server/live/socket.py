"""The edge of `/live`: who connects, from where, and what each command asks of the hub."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from rooms.errors import MessageRefused
from rooms.flood import Budget
from rooms.hub import Hub
from rooms.protocol import FRAME_LIMIT_BYTES, Close, Hello, Playing, ReactionSend, decode_command
from rooms.room import Connection
from server.live.outbox import Outbox
from server.middleware import is_own_origin
from server.sign_in import Viewer

CONNECTIONS_PER_SIGN_IN = 20
FLOOD_IS_WATCHED_S = 0.5
FLOOD_IS_COUNTED_TO = 10_000


async def show(websocket: WebSocket) -> None:
    """One connection, from its opening to its end.

    A browser always names its origin; what names none carries nobody's cookie unasked.
    """
    origin = websocket.headers.get("origin")
    if origin is not None and not is_own_origin(origin, websocket.headers, websocket.app.state.settings):
        return await websocket.close()
    viewer: Viewer = websocket.state.viewer
    await websocket.accept()
    if viewer.person is None or viewer.sign_in is None:
        return await websocket.close(Close.SIGNED_OUT)
    hub: Hub = websocket.app.state.hub
    if len(hub.connections.get(viewer.sign_in.id, ())) >= CONNECTIONS_PER_SIGN_IN:
        return await websocket.close(Close.TOO_MANY)
    outbox = Outbox()
    connection = hub.connect(viewer.person.id, viewer.sign_in.id, outbox)
    try:
        await _converse(websocket, hub, connection, outbox)
    finally:
        hub.disconnect(connection)


async def _converse(websocket: WebSocket, hub: Hub, connection: Connection, outbox: Outbox) -> None:
    """Read and write side by side until either side ends it."""
    writing = asyncio.create_task(outbox.drain(websocket.send_text, lambda: hub.drained(connection)))
    reading = asyncio.create_task(_listen(websocket, hub, connection))
    try:
        done, _ = await asyncio.wait((reading, writing), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        if outbox.code is not None:
            await websocket.close(outbox.code)
    except WebSocketDisconnect:
        return
    finally:
        reading.cancel()
        writing.cancel()
        await asyncio.gather(reading, writing, return_exceptions=True)


async def _listen(websocket: WebSocket, hub: Hub, connection: Connection) -> None:
    """Take commands until the browser goes, or sends what no page of ours would send."""
    budget = Budget(now=hub.clock())
    while True:
        frame = await _frame(websocket)
        if not budget.spend(now=hub.clock()):
            return await _cut_off(websocket, hub, connection)
        if frame is None or len(frame.encode(errors="replace")) > FRAME_LIMIT_BYTES:
            return connection.outlet.close(Close.TOO_LARGE)
        try:
            command = decode_command(frame)
        except MessageRefused:
            return connection.outlet.close(Close.BAD_MESSAGE)
        if isinstance(command, Hello) and not budget.spend(len(command.rooms), now=hub.clock()):
            return await _cut_off(websocket, hub, connection)
        await HANDLERS[type(command)](hub, connection, command)


async def _frame(websocket: WebSocket) -> str | None:
    """The next text frame; None for a binary one. Raises WebSocketDisconnect at the end."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text: str | None = message.get("text")
    return text


async def _cut_off(websocket: WebSocket, hub: Hub, connection: Connection) -> None:
    """Count what a flood still sends in the next moment, unread, and close it."""
    frames = 1
    with suppress(TimeoutError, WebSocketDisconnect):
        async with asyncio.timeout(FLOOD_IS_WATCHED_S):
            while frames < FLOOD_IS_COUNTED_TO:
                await _frame(websocket)
                frames += 1
    await hub.flooded(connection, frames)


HANDLERS: dict[type[Any], Callable[[Hub, Connection, Any], Awaitable[None]]] = {
    Hello: Hub.hello,
    ReactionSend: Hub.react,
    Playing: Hub.play,
}
