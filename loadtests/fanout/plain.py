"""A plain ASGI loop: `await send(…)` for each receiver on every tick, under the same uvicorn and uvloop as ours."""

import asyncio
import socket
import sys
from contextlib import suppress
from typing import Any

import uvicorn
import uvloop

receivers: set[Any] = set()


async def application(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    receivers.add(send)
    while (await receive())["type"] != "websocket.disconnect":
        pass
    receivers.discard(send)


async def tick(payload: str, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        for send in tuple(receivers):
            with suppress(OSError):
                await send({"type": "websocket.send", "text": payload})


async def main(payload: str, tick_ms: float) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    config = uvicorn.Config(
        application, ws="websockets-sansio", ws_per_message_deflate=False, lifespan="off", log_level="critical"
    )
    print(listener.getsockname()[1], flush=True)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(tick(payload, tick_ms / 1000))
        tasks.create_task(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], float(sys.argv[2])))
