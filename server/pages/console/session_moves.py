"""The moves of a session and of its recording, each a button of the console."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.rules.lifecycles import RECORDING, SESSION, Lifecycle
from server.store import sessions
from server.web.entrance import entering, session_of
from server.web.errors import Conflict, Invalid
from server.web.templating import redirect


async def move(request: Request) -> Response:
    """Start, pause, resume, end, cancel or reinstate. Raises Conflict when its state does not allow it (any more)."""
    name = await verb_of(request, SESSION)
    async with entering(request, "session.move", writing=True) as (db, event):
        session = await session_of(request, db, event)
        if name == "start" and event.state != "open":
            raise Conflict(f"This event is {event.state}. Open it first; then its sessions can start.")
        if not await sessions.move(db, session, name, now=datetime.now(UTC)):
            await db.refresh(session)
            raise Conflict(f"“{session.title}” is {session.state} now, so it cannot {VERB_WORDS[name]}.")
    return redirect(request, "console", event=event.slug, notice=f"session-{name}")


async def move_recording(request: Request) -> Response:
    """Open or withdraw the recording."""
    name = await verb_of(request, RECORDING)
    async with entering(request, "recording.move", writing=True) as (db, event):
        session = await session_of(request, db, event)
        if not await sessions.move_recording(db, session, name):
            await db.refresh(session)
            raise Conflict(f"The recording is {RECORDING_WORDS[session.recording]} now.")
    return redirect(request, "session_edit", event=event.slug, session=session.slug, notice=f"recording-{name}")


VERB_WORDS = {
    "start": "be started",
    "pause": "be paused",
    "resume": "be resumed",
    "end": "be ended",
    "cancel": "be cancelled",
    "reinstate": "be put back",
}
RECORDING_WORDS = {"none": "not made", "ready": "not open", "open": "open", "withdrawn": "withdrawn"}


async def verb_of(request: Request, lifecycle: Lifecycle) -> str:
    """The move that the form names. Raises Invalid for one that is not in the lifecycle."""
    name = (await request.form(max_files=0)).get("move")
    if not isinstance(name, str) or name not in lifecycle:
        raise Invalid("This button is not known. Please go back and use the page's own buttons.")
    return name
