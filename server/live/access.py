"""The access to the live rooms, by grants, registrations and seats."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import sqlmodel
from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel, col

from rooms.errors import UnknownRoom
from rooms.protocol import Audience
from server.live.availability import answering
from server.models import Event, GrantRow, NetworkingTable, Registration, Session, SignIn, Stage
from server.rules.permissions import Grant, allows, grants_of
from server.store import tables
from server.store.engine.database import Database

MOST_AT_ONCE = 1_000
"""The most ids in one statement."""


class SqlAccess:
    """Implements `rooms.outside.Access`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def audience(self, sign_in: uuid.UUID, room: str) -> Audience | None:
        """Find the audience in one query, and at a table in two: a crowd comes back all at once."""
        kind, _, key = room.partition(":")
        async with answering(), self.database.reading() as db:
            asked = {"room": uuid.UUID(key), "sign_in": sign_in}
            found = (await (await db.connection()).execute(entering(kind), asked)).all()
            if not found:
                raise UnknownRoom(room)
            audience = audience_of(found, kind, uuid.UUID(key))
            if audience is Audience.DELEGATES and kind == "table":
                seated = await tables.is_seated(db, uuid.UUID(key), found[0].person_id)
                return Audience.SEATED if seated else audience
            return audience

    async def audiences(self, sign_ins: Collection[uuid.UUID], room: str) -> dict[uuid.UUID, Audience]:
        """Find the audiences in one query for a thousand sign-ins, and at a table in two."""
        kind, _, text = room.partition(":")
        asked, key, audiences = list(sign_ins), uuid.UUID(text), dict[uuid.UUID, Audience]()
        async with answering(), self.database.reading() as db:
            seated = await tables.seated_at(db, key) if kind == "table" else frozenset[uuid.UUID]()
            for start in range(0, len(asked), MOST_AT_ONCE):
                part = {"room": key, "sign_ins": asked[start : start + MOST_AT_ONCE]}
                found = (await (await db.connection()).execute(entering(kind, many=True), part)).all()
                if not found:
                    raise UnknownRoom(room)
                for sign_in, rows in _by_sign_in(found).items():
                    audience = audience_of(rows, kind, key)
                    if audience is Audience.DELEGATES and rows[0].person_id in seated:
                        audience = Audience.SEATED
                    if audience is not None:
                        audiences[sign_in] = audience
        return audiences

    async def ended(self, sign_ins: Collection[uuid.UUID]) -> set[uuid.UUID]:
        asked, ended = list(sign_ins), set[uuid.UUID]()
        async with answering(), self.database.reading() as db:
            for start in range(0, len(asked), MOST_AT_ONCE):
                part = col(SignIn.id).in_(asked[start : start + MOST_AT_ONCE])
                ended.update(await db.exec(sqlmodel.select(SignIn.id).where(part, col(SignIn.ended_at).is_not(None))))
        return ended


WITHIN_EVENTS: dict[str, tuple[type[SQLModel], Mapped[uuid.UUID], Mapped[uuid.UUID]]] = {
    "session": (Session, col(Session.id), col(Session.event_id)),
    "stage": (Stage, col(Stage.id), col(Stage.event_id)),
    "table": (NetworkingTable, col(NetworkingTable.id), col(NetworkingTable.event_id)),
}
"""The kinds of room that belong to an event: their relation, its key and its event's."""


@cache
def entering(kind: str, *, many: bool = False) -> Select[Any]:
    """Ask for a room's event and a sign-in's person, with a row for each of their grants, or one row without a person.

    With `many` it is asked for several sign-ins at once.

    There is no row when there is no such room.
    """
    columns: tuple[Any, ...] = (
        col(Event.id).label("event_id"),
        col(Event.state).label("event_state"),
        col(SignIn.id).label("sign_in"),
        col(SignIn.person_id),
        col(SignIn.strong),
        col(Registration.state).label("registration"),
        col(GrantRow.role),
        col(GrantRow.scope),
        col(GrantRow.scope_id),
    )
    person = col(SignIn.person_id)
    named = (
        col(SignIn.id).in_(bindparam("sign_ins", expanding=True)) if many else col(SignIn.id) == bindparam("sign_in")
    )
    statement = (
        select(*columns)
        .select_from(Event)
        .outerjoin(SignIn, and_(named, col(SignIn.ended_at).is_(None)))
        .outerjoin(
            Registration, and_(col(Registration.event_id) == col(Event.id), col(Registration.person_id) == person)
        )
        .outerjoin(GrantRow, col(GrantRow.person_id) == person)
    )
    if kind == "event":
        return statement.where(col(Event.id) == bindparam("room"))
    relation, key, event = WITHIN_EVENTS[kind]
    return statement.join(relation, event == col(Event.id)).where(key == bindparam("room"))


def _by_sign_in(found: Sequence[Row[Any]]) -> dict[uuid.UUID, list[Row[Any]]]:
    rows = defaultdict[uuid.UUID, list[Row[Any]]](list)
    for row in found:
        if row.sign_in is not None:
            rows[row.sign_in].append(row)
    return rows


def audience_of(found: Sequence[Row[Any]], kind: str, key: uuid.UUID) -> Audience | None:
    """Find the audience of the person of these rows, seats left aside; None when they may not enter."""
    first = found[0]
    if first.person_id is None:
        return None
    grants = grants_of(
        [Grant(row.role, row.scope, row.scope_id) for row in found if row.role is not None],
        is_strong=first.strong,
        event_id=first.event_id,
        registration_state=first.registration,
    )
    scope = {} if kind == "event" else {f"{kind}_id": key}

    def may(action: str) -> bool:
        return allows(grants, action, event_id=first.event_id, **scope)

    if kind == "stage" and not may("backstage.join"):
        return None
    if may("ledger.read"):
        return Audience.CREW
    if may("console.open"):
        return Audience.HELP_DESK
    if first.event_state == "draft" or not may("event.attend"):
        return None
    return Audience.SEATED if kind == "table" and may("table.host") else Audience.DELEGATES
