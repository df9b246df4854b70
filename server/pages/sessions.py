"""A session: its picture, what it is about, who speaks, and how far one has watched."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from server.entrance import event_of, require, session_of
from server.errors import Conflict, Invalid
from server.forms import Form
from server.models import Registration
from server.pages.agenda import calendar_file
from server.store import agenda, recordings, tables
from server.templating import render

MOST_S = 86_400
"""No recording is longer than a day."""
Seconds = Annotated[float, Field(ge=0, le=MOST_S, allow_inf_nan=False)]


async def show(request: Request) -> Response:
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        person = require(request, "event.attend", session_id=session.id).person
        assert person is not None
        item = await agenda.item(db, event, session, now)
        mine = session.id in await agenda.bookmarks_of(db, event.id, person.id)
        progress = await recordings.progress_of(db, person.id, session.id)
        lounge = await tables.lounge(db, event.id)
        following = agenda.programme(await agenda.agenda(db, event, now)).next
    hosts = {speaker.id for speaker in item.speakers}
    registration: Registration | None = request.state.registration
    return render(
        request,
        "sessions/show.html",
        item=item,
        session=session,
        mine=mine,
        progress=progress,
        tables=[t for t in lounge if t.table.session_id == session.id or (t.host and t.host.id in hosts)],
        following=following,
        calm=registration is not None and registration.calm,
        captions=registration is not None and registration.captions,
        transcript=registration is not None and registration.transcript,
    )


async def calendar(request: Request) -> Response:
    """One session as a calendar file."""
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        item = await agenda.item(db, event, session, now)
    return calendar_file(request, event, [item], f"{session.slug}.ics")


class ProgressReport(Form):
    """Where a player stands and how far it ever came, seconds from the recording's start."""

    position: Seconds
    watched: Seconds


async def progress(request: Request) -> Response:
    """Keep how far the viewer has watched a recording; JSON in, 204 out."""
    now = datetime.now(UTC)
    await request.app.state.limits.spend(request, "write")
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        session = await session_of(request, db, event)
        person = require(request, "event.attend", session_id=session.id).person
        lengths = await recordings.lengths_of(db, [session])
    assert person is not None
    if not agenda.is_on_demand(session, event, now):
        raise Conflict("This session cannot be watched again yet, so there is nothing to resume.")
    try:
        report = ProgressReport.model_validate_json(await request.body())
    except ValidationError as error:
        raise Invalid("A position and how far was watched are expected, in seconds.") from error
    position, watched = (min(seconds, lengths[session.id]) for seconds in (report.position, report.watched))
    async with request.app.state.db.writing() as db:
        await recordings.keep_progress(db, person.id, session.id, position, watched, now)
    return Response(status_code=204)
