"""An S3-compatible object store in memory, over HTTP on a loopback port, which a test may let go away and come back.

It speaks what an S3 client needs to write, list, copy and delete objects, and lets anybody read.
"""

import asyncio
import socket
import threading
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.engines.process import free_port

BUCKET = "segments"


class ObjectStore:
    """`objects` by key: the content and its content type."""

    def __init__(self) -> None:
        self.port = free_port()
        self.objects: dict[str, tuple[bytes, str]] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What an S3 client must be told."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-2",
            "AWS_ENDPOINT": self.address,
            "AWS_ALLOW_HTTP": "true",
        }

    def start(self) -> None:
        app = Starlette(
            routes=[
                Route(f"/{BUCKET}", self._bucket, methods=["GET", "POST"]),
                Route(f"/{BUCKET}/{{key:path}}", self._object, methods=["GET", "PUT"]),
            ]
        )
        listener = socket.create_server(("127.0.0.1", self.port))
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve([listener])))
        self._thread.start()

    def stop(self) -> None:
        assert self._server and self._thread
        self._server.should_exit = True
        self._thread.join()

    async def _object(self, request: Request) -> Response:
        key = request.path_params["key"]
        if request.method == "PUT":
            self.objects[key] = await request.body(), request.headers.get("content-type", "")
            return Response(headers={"etag": '"1"'})
        if key not in self.objects:
            return Response(status_code=404)
        content, media_type = self.objects[key]
        return Response(content, media_type=media_type, headers={"access-control-allow-origin": "*"})

    async def _bucket(self, request: Request) -> Response:
        """ListObjectsV2, or DeleteObjects."""
        if request.method == "GET":
            prefix = unquote(request.query_params.get("prefix", ""))
            listed = "".join(
                f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                f'<ETag>"1"</ETag><Size>{len(content)}</Size></Contents>'
                for key, (content, _) in sorted(self.objects.items())
                if key.startswith(prefix)
            )
            return xml(f"<ListBucketResult><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>")
        keys = [
            node.text or "" for node in ElementTree.fromstring(await request.body()).iter() if node.tag.endswith("Key")
        ]
        for key in keys:
            self.objects.pop(key, None)
        return xml(
            "<DeleteResult>"
            + "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            + "</DeleteResult>"
        )


def xml(content: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{content}', media_type="application/xml")
