"""A recording as a file to keep, where the organiser allows it."""

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.models import Event, Session
from server.recordings.downloads import file_of
from server.store import agenda, downloads
from server.web.entrance import event_of, require, session_of
from server.web.errors import NotFound
from server.web.templating import redirect, render


async def show(request: Request) -> Response:
    """How far it is, and the file once it is made."""
    async with request.app.state.db.reading() as db:
        _, session = await offered(request, db)
        found = await downloads.download_of(db, session)
    path = file_of(request.app.state.settings, session.media_key)
    size = path.stat().st_size if found and found.state == "finished" and path.exists() else None
    return render(request, "downloads/show.html", session=session, download=found, size=size)


async def create(request: Request) -> Response:
    """Have it made."""
    await request.app.state.limits.spend(request, "write")
    async with request.app.state.db.writing() as db:
        event, session = await offered(request, db)
        await downloads.ask(db, session, datetime.now(UTC))
    return redirect(request, "download", event=event.slug, session=session.slug)


async def file(request: Request) -> Response:
    """The file itself, whole or in ranges (RFC 9110, 14); to the page that makes it while it is not there."""
    async with request.app.state.db.reading() as db:
        event, session = await offered(request, db)
        found = await downloads.download_of(db, session)
    path = file_of(request.app.state.settings, session.media_key)
    if found is None or found.state != "finished" or not path.exists():
        return redirect(request, "download", event=event.slug, session=session.slug)
    name = f"{event.title} – {session.title}.mp4".replace("/", "-")
    return FileResponse(path, media_type="video/mp4", filename=name, headers={"cache-control": "private, no-cache"})


async def offered(request: Request, db: AsyncSession) -> tuple[Event, Session]:
    """The session whose recording may be downloaded. Raises NotFound, or what `require` raises."""
    event = await event_of(request, db)
    session = await session_of(request, db, event)
    require(request, "event.attend", session_id=session.id)
    if not (session.downloadable and agenda.is_on_demand(session, event, datetime.now(UTC))):
        raise NotFound("This recording cannot be downloaded.")
    return event, session
