"""The report of an event, and its export to take away."""

import tempfile
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from server.acts import figuring
from server.analytics import reading
from server.web.entrance import entering
from server.web.errors import NotFound
from server.web.security_log import acting, note
from server.web.templating import render

MEDIA_TYPES = {
    "csv.zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
"""The media type of the file for each ending of the address."""


async def show(request: Request) -> Response:
    """Every figure, computed now."""
    async with entering(request, "report.read") as (_, event):
        await request.app.state.limits.spend(request, "figures")
    told = await figuring.figures(request.app.state.db, event, request.app.state.figuring)
    return render(request, "report/show.html", figures=told.figures, sessions=told.sessions, read=reading)


async def export(request: Request) -> Response:
    """The whole export as one file, under pseudonyms; names leave only by the command line. Raises NotFound.

    It is noted in the security log before it leaves.
    """
    ending = request.path_params["format"]
    async with entering(request, "export.read") as (_, event):
        if ending not in MEDIA_TYPES:
            raise NotFound("The export comes as csv.zip, xlsx or json. The report's page has a button for each.")
        await request.app.state.limits.spend(request, "figures")
    async with acting(request) as db:
        note(request, db, "export.read")
    state = request.app.state
    folder = tempfile.TemporaryDirectory(prefix="plenary-export-", ignore_cleanup_errors=True)
    path = Path(folder.name) / f"{event.slug}.{ending}"
    try:
        await figuring.export(state.db, event, state.secret, ending, path, state.figuring)
    except BaseException:
        folder.cleanup()
        raise
    headers = {"cache-control": "private, no-store"}
    return PassingFile(folder, path, filename=path.name, media_type=MEDIA_TYPES[ending], headers=headers)


class PassingFile(FileResponse):
    """A file in a temporary folder, which is deleted once the file was sent, or could not be."""

    def __init__(self, folder: "tempfile.TemporaryDirectory[str]", path: Path, **options: Any) -> None:
        super().__init__(path, **options)
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._folder.cleanup()
