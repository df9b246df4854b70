"""A recording as a file to keep, where the organiser allows it."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.models import Event, Job, Session
from server.recordings.downloads import file_of
from server.store import agenda, downloads
from server.trust.sign_in import token_of, viewer_with
from server.web.entrance import entering, require, session_of
from server.web.errors import NotFound, PageError
from server.web.templating import redirect, render
from server.web.underway import WhileAllowed


async def show(request: Request) -> Response:
    """The progress of the file, and the file once it is made."""
    async with entering(request) as (db, event):
        session = await offered(request, db, event)
        found = await downloads.download_of(db, session)
    path = made(request, session, found)
    return render(
        request, "downloads/show.html", session=session, download=found, size=path.stat().st_size if path else None
    )


async def create(request: Request) -> Response:
    """Have the file made, also one that was made and is lost."""
    await request.app.state.limits.spend(request, "write")
    async with entering(request, writing=True) as (db, event):
        session = await offered(request, db, event)
        is_gone = not file_of(request.app.state.settings, session.media_key).exists()
        await downloads.ask(db, session, datetime.now(UTC), is_gone=is_gone)
    return redirect(request, "download", event=event.slug, session=session.slug)


async def file(request: Request) -> Response:
    """The file itself, whole or in ranges (RFC 9110, 14); while it is not there, the page that has it made."""
    async with entering(request) as (db, event):
        session = await offered(request, db, event)
        found = await downloads.download_of(db, session)
    path = made(request, session, found)
    if path is None:
        return redirect(request, "download", event=event.slug, session=session.slug)
    name = f"{event.title} – {session.title}.mp4".replace("/", "-")
    headers = {"cache-control": "private, no-cache"}
    response = FileResponse(path, media_type="video/mp4", filename=name, headers=headers)
    return WhileAllowed(response, request.app.state.underway, partial(check_again, request))


async def check_again(request: Request) -> bool:
    """Tell whether this viewer may still download the recording, by the rows as they are now."""
    async with request.app.state.db.reading() as db:
        request.state.event, request.state.viewer = None, await viewer_with(db, token_of(request))
        try:
            async with entering(request, db=db) as (_, event):
                await offered(request, db, event)
        except PageError:
            return False
    return True


async def offered(request: Request, db: AsyncSession, event: Event) -> Session:
    """The session whose recording may be downloaded. Raises NotFound, or what `require` raises."""
    session = await session_of(request, db, event)
    require(request, "event.attend", session_id=session.id)
    if not (session.downloadable and agenda.is_on_demand(session, event, datetime.now(UTC))):
        raise NotFound("This recording cannot be downloaded.")
    return session


def made(request: Request, session: Session, found: Job | None) -> Path | None:
    """The file, once it is whole."""
    path = file_of(request.app.state.settings, session.media_key)
    return path if found is not None and found.state == "finished" and path.exists() else None
