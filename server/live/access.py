"""Who may be in a live room, and as whom: the rooms' question put to grants, registrations and seats."""

import uuid
from collections.abc import Collection

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.errors import UnknownRoom
from rooms.protocol import Audience
from server.entrance import registration_at
from server.live.availability import answering
from server.models import Event, NetworkingTable, Session, SignIn, Stage
from server.permissions import Grant, allows
from server.sign_in import Viewer, viewer_by
from server.store import tables
from server.store.database import Database

MOST_AT_ONCE = 1_000
"""How many ids go into one statement."""


class SqlAccess:
    """Implements `rooms.access.Access`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def audience(self, sign_in: uuid.UUID, room: str) -> Audience | None:
        async with answering(), self.database.reading() as db:
            kind, _, key = room.partition(":")
            event = await event_of_room(db, kind, uuid.UUID(key))
            if event is None:
                raise UnknownRoom(room)
            viewer = await viewer_by(db, sign_in)
            scope = {} if kind == "event" else {f"{kind}_id": uuid.UUID(key)}
            return await _audience(db, viewer, event, **scope)

    async def ended(self, sign_ins: Collection[uuid.UUID]) -> set[uuid.UUID]:
        asked, ended = list(sign_ins), set[uuid.UUID]()
        async with answering(), self.database.reading() as db:
            for start in range(0, len(asked), MOST_AT_ONCE):
                part = col(SignIn.id).in_(asked[start : start + MOST_AT_ONCE])
                ended.update(await db.exec(select(SignIn.id).where(part, col(SignIn.ended_at).is_not(None))))
        return ended


async def event_of_room(db: AsyncSession, kind: str, key: uuid.UUID) -> Event | None:
    """The event that a room belongs to."""
    statement = select(Event)
    match kind:
        case "event":
            statement = statement.where(Event.id == key)
        case "session":
            statement = statement.join(Session, col(Session.event_id) == col(Event.id)).where(Session.id == key)
        case "stage":
            statement = statement.join(Stage, col(Stage.event_id) == col(Event.id)).where(Stage.id == key)
        case "table":
            at_table = col(NetworkingTable.event_id) == col(Event.id)
            statement = statement.join(NetworkingTable, at_table).where(NetworkingTable.id == key)
    return (await db.exec(statement)).first()


async def _audience(db: AsyncSession, viewer: Viewer, event: Event, **scope: uuid.UUID) -> Audience | None:
    if viewer.person is None:
        return None
    person_id = viewer.person.id
    registration = await registration_at(db, event.id, person_id)
    if registration is not None and registration.state == "confirmed":
        viewer = viewer.granted(Grant("delegate", "event", event.id))

    def may(action: str) -> bool:
        return allows(viewer.grants, action, event_id=event.id, **scope)

    if "stage_id" in scope and not may("backstage.join"):
        return None
    if may("ledger.read"):
        return Audience.CREW
    if may("console.open"):
        return Audience.MODERATORS
    if event.state == "draft" or not may("event.attend"):
        return None
    hears_the_table = "table_id" in scope and (
        may("table.host") or await tables.is_seated(db, scope["table_id"], person_id)
    )
    return Audience.SEATED if hears_the_table else Audience.DELEGATES
