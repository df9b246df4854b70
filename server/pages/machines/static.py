"""Static files: ours and the browser libraries, cached for good when the address carries their digest."""

import mimetypes

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from server.web import assets
from server.web.caching import FOR_GOOD
from server.web.errors import NotFound

TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".woff2": "font/woff2", ".vtt": "text/vtt"}


async def show(request: Request) -> Response:
    """A static file. Raises NotFound."""
    path = assets.path_of(request.path_params["path"])
    if path is None:
        raise NotFound()
    digest = await anyio.to_thread.run_sync(assets.digest, path)
    etag = f'"{digest}"'
    headers = {
        "etag": etag,
        "cache-control": FOR_GOOD if request.query_params.get("v") == digest else "no-cache",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    content = await anyio.to_thread.run_sync(assets.content_of, path)
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(content, media_type=media_type, headers=headers)
