"""Requests in the security log: who acts in a transaction, what is refused, and within which bounds that is noted."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from limits import parse
from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from server.models import Event
from server.rules.security_log import STRONG, Outcome
from server.store import security_log
from server.store.engine.availability import is_away
from server.store.engine.database import Database
from server.store.security_log import NOTHING, Actor, Subject
from server.trust.sign_in import Viewer
from server.web.addresses import sender_of
from server.web.errors import Forbidden, PageError
from server.web.windows import Windows

EVERY_S = 3600.0
"""The time between two looks for old entries."""
REFUSALS_OF_ALL, REFUSALS_OF_ONE = parse("100/hour"), parse("20/hour")
"""The most refusals that go into the log: of everybody together, and of one address, in one process.

So 180 days of refusals are 432,000 rows at most, less than 100 MB. The last one that has room says that it is the last.
"""
log = structlog.get_logger("plenary.security")


class RoomForRefusals:
    """Counts the refusals of the present hour, so that nobody can fill the disk by being refused."""

    def __init__(self) -> None:
        self._windows = Windows()

    def take(self, sender: str) -> Outcome | None:
        """The outcome to note for one more refusal of this sender; None when there is no room for it."""
        outcome: Outcome = "refused"
        for limit, key in ((REFUSALS_OF_ONE, f"of {sender}"), (REFUSALS_OF_ALL, "of all")):
            if not self._windows.hit(limit, key):
                return None
            if self._windows.left(limit, key) == 0:
                outcome = "full"
        return outcome


@dataclass(frozen=True)
class RefusedAct:
    """An act that was refused, and what it was about where the address of the request does not name it."""

    action: str
    subject: Subject | None = None


@asynccontextmanager
async def acting(request: Request, *, is_long: bool = False) -> AsyncIterator[AsyncSession]:
    """Open a transaction in which a request writes, in the name of its viewer. No page opens one in another way.

    When the request has asked for a strong permission and the transaction wrote anything, an entry goes with it.
    """
    database: Database = request.app.state.db
    async with database.writing(is_long=is_long) as db:
        security_log.act_as(db, partial(actor_of, request))
        wrote = watch_for_writes(db)
        yield db
        await db.flush()
        action = getattr(request.state, "action", "")
        if action in STRONG and wrote:
            note(request, db, action)


def watch_for_writes(db: AsyncSession) -> list[bool]:
    """A list that is no longer empty once the transaction has written anything."""
    wrote: list[bool] = []
    event.listen(db.sync_session, "after_flush", lambda *_: wrote.append(True))
    event.listen(db.sync_session, "do_orm_execute", lambda state: wrote.append(True) if not state.is_select else None)
    return wrote


def note(request: Request, db: AsyncSession, action: str) -> None:
    """Note an act of the viewer at the address of the request, once."""
    request.state.action = ""
    detail = getattr(request.state, "pressed", "") or getattr(request.scope.get("endpoint"), "__name__", "")
    security_log.note(db, action, subject_of(request), detail=detail)


def note_refusal(request: Request, error: PageError) -> None:
    """Have the refusal of a strong act noted after the answer."""
    if isinstance(error, Forbidden) and error.action in STRONG:
        request.state.refused = RefusedAct(error.action)


def actor_of(request: HTTPConnection) -> Actor:
    """The viewer, with their grants at the request's event, and the address from which they ask."""
    viewer: Viewer = request.state.viewer
    here: Event | None = getattr(request.state, "event", None)
    person_id = viewer.person.id if viewer.person else None
    return Actor(person_id, "", str(sender_of(request) or ""), here.id if here else None, viewer.grants)


def subject_of(request: HTTPConnection) -> Subject:
    """The subject that the page has named, or the row that the address names."""
    named: Subject | None = getattr(request.state, "subject", None)
    if named is not None:
        return named
    rows = [Subject(kind, value) for kind, value in request.path_params.items() if isinstance(value, uuid.UUID)]
    return rows[-1] if rows else NOTHING


class NoteRefusals:
    """Notes what a page has refused (`request.state.refused`), in a transaction of its own, after the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        refused: RefusedAct | None = scope.get("state", {}).get("refused")
        if scope["type"] == "http" and refused is not None:
            await keep_refusal(Request(scope), refused)


async def keep_refusal(request: Request, refused: RefusedAct) -> None:
    """Note a refusal while there is room for it."""
    outcome = request.app.state.refusals.take(str(sender_of(request)))
    if outcome is None:
        return
    database: Database = request.app.state.db
    try:
        async with database.writing() as db:
            security_log.act_as(db, partial(actor_of, request))
            subject = refused.subject or subject_of(request)
            security_log.note(db, refused.action, subject, outcome=outcome)
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("a refusal was not noted, because the database is away", action=refused.action)


async def clear(app: Starlette) -> None:
    """A duty: remove old entries."""
    async with app.state.db.writing() as db:
        await security_log.remove_old(db, datetime.now(UTC))
