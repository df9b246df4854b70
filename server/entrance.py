"""What a handler learns before it begins: which event, who looks, and may they."""

import uuid

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import HTTPConnection, Request

from server.errors import Forbidden, NotFound, SignInNeeded
from server.models import Event, Person, Registration, Session, SignIn
from server.permissions import ACTIONS, CREW, Grant, allows
from server.sign_in import Viewer
from server.store import announcements


async def event_of(request: Request, db: AsyncSession) -> Event:
    """The event that the address names, kept on the request with what the layout shows: registration, announcement.

    Raises NotFound; a draft is found only by those who may open its console.
    """
    event = (await db.exec(select(Event).where(Event.slug == request.path_params["event"]))).first()
    if event is None:
        raise NotFound("There is no event at this address. Please check it for a typing mistake.")
    await note_registration(request, db, event)
    request.state.announcement = await announcements.current(db, event.id)
    viewer: Viewer = request.state.viewer
    if event.state == "draft" and not allows(viewer.grants, "console.open", event_id=event.id):
        raise NotFound("There is no event at this address yet.")
    return event


async def note_registration(connection: HTTPConnection, db: AsyncSession, event: Event) -> None:
    """Set `state.event` and `state.registration`; a confirmed registration is a grant as delegate."""
    viewer: Viewer = connection.state.viewer
    connection.state.event, connection.state.registration = event, None
    if viewer.person is None:
        return
    found = await registration_at(db, event.id, viewer.person.id)
    connection.state.registration = found
    if found is not None and found.state == "confirmed":
        connection.state.viewer = viewer.granted(Grant("delegate", "event", event.id))


async def registration_at(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> Registration | None:
    """A person's registration at an event, whatever its state."""
    statement = select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    return (await db.exec(statement)).first()


async def session_of(request: Request, db: AsyncSession, event: Event) -> Session:
    """The session of this event that the address names. Raises NotFound."""
    statement = select(Session).where(Session.event_id == event.id, Session.slug == request.path_params["session"])
    found = (await db.exec(statement)).first()
    if found is None:
        raise NotFound("There is no session at this address. The agenda lists them all.")
    return found


def require(
    request: HTTPConnection,
    action: str,
    *,
    session_id: uuid.UUID | None = None,
    table_id: uuid.UUID | None = None,
    stage_id: uuid.UUID | None = None,
) -> Viewer:
    """The viewer, who may do this at the request's event. Raises SignInNeeded for a stranger, else Forbidden."""
    viewer: Viewer = request.state.viewer
    event: Event | None = getattr(request.state, "event", None)
    scope = {"session_id": session_id, "table_id": table_id, "stage_id": stage_id}
    if allows(viewer.grants, action, event_id=event.id if event else None, **scope):
        return viewer
    if viewer.person is None:
        raise SignInNeeded("Please open your join link, or sign in.", strong=ACTIONS[action] <= CREW)
    raise Forbidden(FORBIDDEN.get(action, "Your role does not include this. Ask the organiser if you think it should."))


def signed_in(request: HTTPConnection) -> tuple[Person, SignIn]:
    """Who looks, and the sign-in of this browser. Raises SignInNeeded for a stranger."""
    viewer: Viewer = request.state.viewer
    if viewer.person is None or viewer.sign_in is None:
        raise SignInNeeded("Please open your join link, or sign in.")
    return viewer.person, viewer.sign_in


FORBIDDEN = {
    "survey.answer": "Surveys ask those who have a place at this event. Registration is on the event's page.",
    "event.attend": "This page is for registered delegates. Registration is on the event's page.",
    "backstage.join": "Backstage is for those who speak, interpret or chair here. Ask the organiser if you do.",
    "console.open": "The console is for the organisers. If you are one, sign in with your password and code.",
}
