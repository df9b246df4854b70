"""The report of an event, and its export to take away."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from server.acts import exporting
from server.analytics import reading
from server.analytics.export import files, sheets_of
from server.analytics.export.sheets import Sheet
from server.analytics.report import report
from server.store.figures import facts_of
from server.web.entrance import entering
from server.web.errors import NotFound
from server.web.security_log import acting, note
from server.web.templating import render

Writer = Callable[[list[Sheet], Path, files.Progress], None]

FORMATS: dict[str, tuple[Writer, str]] = {
    "csv.zip": (files.write_zip, "application/zip"),
    "xlsx": (files.write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (files.write_json, "application/json"),
}
"""For each ending of the address, the function that writes the file, and its media type."""


async def show(request: Request) -> Response:
    """Every figure, computed now. The arithmetic runs in a thread: it may have many rows to go through.

    One thread does it for everybody, as it takes turns with the event loop.
    """
    async with entering(request, "report.read", is_long=True) as (db, event):
        await request.app.state.limits.spend(request, "figures")
        facts = await facts_of(db, event)
    figures = await to_thread.run_sync(report, facts, limiter=request.app.state.figuring)
    sessions = {session.slug: session.title for session in facts.sessions}
    return render(request, "report/show.html", figures=figures, sessions=sessions, read=reading)


async def export(request: Request) -> Response:
    """The whole export as one file, under pseudonyms; names leave only by the command line. Raises NotFound.

    It is noted in the security log before it leaves.
    """
    ending = request.path_params["format"]
    async with entering(request, "export.read", is_long=True) as (db, event):
        if ending not in FORMATS:
            raise NotFound("The export comes as csv.zip, xlsx or json. The report's page has a button for each.")
        await request.app.state.limits.spend(request, "figures")
        told = await exporting.telling(db, event, request.app.state.secret)
    async with acting(request) as db:
        note(request, db, "export.read")
    write, media_type = FORMATS[ending]
    folder = tempfile.TemporaryDirectory(prefix="plenary-export-", ignore_cleanup_errors=True)
    path = Path(folder.name) / f"{event.slug}.{ending}"
    try:
        limiter = request.app.state.figuring
        await to_thread.run_sync(lambda: write(sheets_of(told), path, lambda name: None), limiter=limiter)
    except BaseException:
        folder.cleanup()
        raise
    headers = {"cache-control": "private, no-store"}
    return PassingFile(folder, path, filename=path.name, media_type=media_type, headers=headers)


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
