"""Moving an event, a session or its recording through its lifecycle, as an organiser says.

Each move is one conditional write: of two organisers who press at once, the second is told the state that is now.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from server.acts import retaining
from server.models import Event, Session
from server.rules.lifecycles import TAKEN_UP_WITHIN
from server.rules.retention import is_over
from server.store import events, retention, sessions
from server.web.errors import Conflict

VERB_WORDS = {
    "start": "be started",
    "pause": "be paused",
    "resume": "be resumed",
    "end": "be ended",
    "take-up": "be taken up again",
    "cancel": "be cancelled",
    "reinstate": "be put back",
}
RECORDING_WORDS = {"none": "not made", "ready": "not open", "open": "open", "withdrawn": "withdrawn"}


async def move_event(db: AsyncSession, event: Event, name: str) -> None:
    """Open, close or reopen an event. An open event keeps the retention day that people are told from then on.

    Raises Conflict when its state does not allow it (any more), when it names nobody who is responsible for people's
    data, and for an event that is anonymous.
    """
    if name != "close":
        retaining.must_name_controller(event)
        if is_over(event):
            raise Conflict("This event is anonymous: nobody is registered any more. Please make a new event.")
        await retention.promise(db, event)
    if not await events.move(db, event.id, name):
        raise Conflict(f"This event is {event.state} already.")


async def move_session(db: AsyncSession, event: Event, session: Session, name: str, now: datetime) -> None:
    """Start, pause, resume, end, take up, cancel or reinstate a session.

    Raises Conflict when its state, or the event's, does not allow it (any more).
    """
    if name in ("start", "take-up") and event.state != "open":
        raise Conflict(f"This event is {event.state}. Open it first; then its sessions can start.")
    if not await sessions.move(db, session, name, now=now):
        await db.refresh(session)
        if name == "take-up" and session.state == "ended":
            minutes = TAKEN_UP_WITHIN.total_seconds() // 60
            raise Conflict(f"“{session.title}” ended more than {minutes:.0f} minutes ago, so its end stands.")
        raise Conflict(f"“{session.title}” is {session.state} now, so it cannot {VERB_WORDS[name]}.")


async def move_recording(db: AsyncSession, session: Session, name: str) -> None:
    """Open or withdraw a session's recording. Raises Conflict when its state does not allow it (any more)."""
    if not await sessions.move_recording(db, session, name):
        await db.refresh(session)
        raise Conflict(f"The recording is {RECORDING_WORDS[session.recording]} now.")
