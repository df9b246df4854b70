"""The program that our packager is compared with: aiortc's MediaRecorder behind WHIP.

`python -m loadtests.recorder FILE.mp4` prints its address.
"""

import asyncio
import socket
import sys

import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRecorder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

connections: list[RTCPeerConnection] = []


async def publish(request: Request) -> Response:
    """Record the published media until the process ends."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connections.append(connection)
    recorder = MediaRecorder(sys.argv[1])
    connection.on("track", recorder.addTrack)
    await connection.setRemoteDescription(RTCSessionDescription((await request.body()).decode(), "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    await recorder.start()
    return Response(connection.localDescription.sdp, 201, media_type="application/sdp")


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/whip", flush=True)
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Route("/whip", publish, methods=["POST"])]), log_config=None)
    )
    asyncio.run(server.serve([listener]))


if __name__ == "__main__":
    main()
