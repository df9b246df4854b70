"""The way into a page: the event of the address, the person who asks, and whether they may."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from functools import cache

from sqlalchemy import and_, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select
from starlette.requests import HTTPConnection, Request

from server.models import Announcement, Event, Person, Registration, Session, SignIn
from server.rules.permissions import ACTIONS, CREW, allows, grants_of
from server.store import announcements
from server.store.engine.database import Database
from server.store.security_log import Subject
from server.trust.sign_in import Viewer
from server.web.errors import Forbidden, NotFound, PageError, SignInNeeded
from server.web.security_log import acting


@asynccontextmanager
async def entering(
    request: Request,
    action: str | None = None,
    *,
    writing: bool = False,
    is_long: bool = False,
    db: AsyncSession | None = None,
) -> AsyncIterator[tuple[AsyncSession, Event]]:
    """Open a transaction of a request, with the event of its address, for a viewer who may do `action` there.

    Without an action every viewer who finds the event may enter: the page then asks for its permission by `person_who`
    or `require`. The event is read once in a request, and kept on it with its announcement, the viewer's registration
    and the grants that come of it. A `db` is a transaction that is open already; one that `is_long` may take minutes.
    An error undoes a transaction that was `writing`. Raises NotFound, and what `require` raises; a draft is there only
    for viewers who may open its console.
    """
    database: Database = request.app.state.db
    viewer: Viewer = request.state.viewer
    event: Event | None = getattr(request.state, "event", None)
    opened = acting(request, is_long=is_long) if writing else database.reading(is_long=is_long)
    async with nullcontext(db) if db else opened as db:
        if event is None:
            asked = {"slug": request.path_params["event"], "person": viewer.person.id if viewer.person else None}
            found = (await db.exec(_entering(), params=asked)).first()
            if found is None:
                raise NotFound("There is no event at this address. Please check it for a typing mistake.")
            event, registration, announcement = found
            state = registration.state if registration else None
            grants = grants_of(viewer.grants, is_strong=viewer.is_strong, event_id=event.id, registration_state=state)
            if event.state == "draft" and not allows(grants, "console.open", event_id=event.id):
                raise NotFound("There is no event at this address yet.")
            viewer = replace(viewer, grants=grants)
            request.state.event, request.state.viewer = event, viewer
            request.state.registration, request.state.announcement = registration, announcement
        if action is not None:
            if not allows(viewer.grants, action, event_id=event.id):
                raise refusal(action, is_known=bool(viewer))
            request.state.action = action
        yield db, event


async def event_at(request: Request) -> Event:
    """The event of the address, read in a transaction of its own. Raises NotFound."""
    async with entering(request) as (_, event):
        return event


@cache
def _entering() -> Select[Event, Registration, Announcement]:
    """The event of a slug, a person's registration there and the announcement shown: each page asks for them first."""
    return (
        select(Event, Registration, Announcement)
        .outerjoin(
            Registration,
            and_(col(Registration.event_id) == col(Event.id), col(Registration.person_id) == bindparam("person")),
        )
        .outerjoin(Announcement, col(Announcement.id) == announcements.shown(col(Event.id)))
        .where(col(Event.slug) == bindparam("slug"))
    )


async def session_of(request: Request, db: AsyncSession, event: Event) -> Session:
    """The session of this event that the address names. Raises NotFound."""
    statement = select(Session).where(Session.event_id == event.id, Session.slug == request.path_params["session"])
    found = (await db.exec(statement)).first()
    if found is None:
        raise NotFound("There is no session at this address. The agenda lists them all.")
    request.state.subject = Subject("session", found.id)
    return found


def may(
    request: HTTPConnection,
    action: str,
    *,
    session_id: uuid.UUID | None = None,
    table_id: uuid.UUID | None = None,
    stage_id: uuid.UUID | None = None,
) -> bool:
    """True when the viewer may do this at the request's event."""
    event: Event | None = getattr(request.state, "event", None)
    scope = {"session_id": session_id, "table_id": table_id, "stage_id": stage_id}
    return allows(request.state.viewer.grants, action, event_id=event.id if event else None, **scope)


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
    if not may(request, action, session_id=session_id, table_id=table_id, stage_id=stage_id):
        raise refusal(action, is_known=bool(viewer))
    request.state.action = action
    return viewer


def refusal(action: str, *, is_known: bool) -> PageError:
    """The error for a viewer who may not do this: SignInNeeded for a stranger, else Forbidden."""
    if not is_known:
        return SignInNeeded("Please open your join link, or sign in.", strong=ACTIONS[action] <= CREW)
    return Forbidden(FORBIDDEN.get(action, NOT_INCLUDED), action=action)


def person_who(
    request: HTTPConnection,
    action: str,
    *,
    session_id: uuid.UUID | None = None,
    table_id: uuid.UUID | None = None,
    stage_id: uuid.UUID | None = None,
) -> Person:
    """The person who does this at the request's event. Raises SignInNeeded for a stranger, else Forbidden."""
    person = require(request, action, session_id=session_id, table_id=table_id, stage_id=stage_id).person
    if person is None:
        raise SignInNeeded("Please open your join link, or sign in.")
    return person


def signed_in(request: HTTPConnection) -> tuple[Person, SignIn]:
    """The person who asks, and the sign-in of this browser. Raises SignInNeeded for a stranger."""
    viewer: Viewer = request.state.viewer
    if viewer.person is None or viewer.sign_in is None:
        raise SignInNeeded("Please open your join link, or sign in.")
    return viewer.person, viewer.sign_in


NOT_INCLUDED = "Your role does not include this. Ask the organiser if you think it should."
FORBIDDEN = {
    "survey.answer": "Surveys ask those who have a place at this event. Registration is on the event's page.",
    "event.attend": "This page is for registered delegates. Registration is on the event's page.",
    "backstage.join": "Backstage is for those who speak, interpret or chair here. Ask the organiser if you do.",
    "console.open": "The console is for the organisers. If you are one, sign in with your password and code.",
}
