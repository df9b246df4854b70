"""The one signal that somebody's rights have changed, which everything that stays open obeys.

Every writer of a grant, of a registration's state, of a sign-in's end, of an event's state or of a recording's state
calls `changed` in its transaction (a test finds the writers). Each process reads `changes_since` when the bus says so,
and once a second, so a lost message delays the signal and never loses it.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import GrantRow, NetworkingTable, QueueEntry, Registration, RightsRevision, Seat
from server.rules.permissions import Grant, allows, grants_of
from server.store import seating
from server.store.engine.database import CHANGES, do_last
from server.store.engine.upserts import insert_into

TOPIC = "rights"
HOUSE = "house"
"""The row that every change locks, so that changes become visible in the order of their revisions."""
DOUBTED = "doubted"
"""The key of a transaction's notes: the people, events and sessions whose rights it has changed."""


@dataclass(frozen=True)
class RightsChanged:
    """The people whose rights have changed, and the events and sessions where everybody's have.

    With `is_unknown` anybody's may have.
    """

    revision: int
    people: frozenset[uuid.UUID] = field(default=frozenset())
    events: frozenset[uuid.UUID] = field(default=frozenset())
    sessions: frozenset[uuid.UUID] = field(default=frozenset())
    is_unknown: bool = False

    def __bool__(self) -> bool:
        """True when anybody's have, or may have."""
        return bool(self.people or self.events or self.sessions or self.is_unknown)


def changed(
    db: AsyncSession,
    *,
    people: Iterable[uuid.UUID] = (),
    events: Iterable[uuid.UUID] = (),
    sessions: Iterable[uuid.UUID] = (),
) -> None:
    """Signal after the commit that these people's rights have changed, or everybody's at these events or sessions."""
    named = [("person", people), ("event", events), ("session", sessions)]
    doubted: set[str] = db.info.setdefault(DOUBTED, set())
    doubted |= {f"{kind}:{key}" for kind, keys in named for key in keys}
    do_last(db, _raise)


async def changes_since(db: AsyncSession, revision: int | None) -> RightsChanged:
    """The changes after a revision. None: the present revision, and it is unknown what changed."""
    if revision is None:
        reached = (await db.exec(select(func.max(col(RightsRevision.revision))))).one()
        return RightsChanged(reached or 0, is_unknown=True)
    statement = select(RightsRevision.room, RightsRevision.revision).where(col(RightsRevision.revision) > revision)
    keys: dict[str, set[uuid.UUID]] = {"person": set(), "event": set(), "session": set()}
    for room, reached in await db.exec(statement):
        kind, _, key = room.partition(":")
        if room != HOUSE:
            keys[kind].add(uuid.UUID(key))
        revision = max(revision, reached)
    people, events, sessions = (frozenset(keys[kind]) for kind in ("person", "event", "session"))
    return RightsChanged(revision, people, events, sessions)


async def _raise(db: AsyncSession) -> None:
    """Give every row of the transaction the next revision. Whoever commits later gets a higher one."""
    doubted: set[str] = db.info.pop(DOUBTED)
    if not doubted:
        return
    first = insert_into(db, RightsRevision).values(room=HOUSE, revision=1)
    raised = first.on_conflict_do_update(
        index_elements=["room"], set_={"revision": col(RightsRevision.revision) + 1}
    ).returning(col(RightsRevision.revision))
    await _empty_seats(db, [uuid.UUID(room.removeprefix("person:")) for room in doubted if room.startswith("person:")])
    revision: int = (await db.exec(raised)).scalar_one()
    rows = insert_into(db, RightsRevision)
    await db.exec(
        rows.on_conflict_do_update(index_elements=["room"], set_={"revision": rows.excluded.revision}),
        params=[{"room": room, "revision": revision} for room in sorted(doubted)],
    )
    db.info.setdefault(CHANGES, []).append((HOUSE, TOPIC, revision))


async def _empty_seats(db: AsyncSession, people: Collection[uuid.UUID]) -> None:
    """Give up the seats and the places in queues of those people who may not attend the event there any more."""
    for relation in (Seat, QueueEntry):
        there = (
            select(relation.person_id, NetworkingTable.event_id)
            .join(NetworkingTable, col(NetworkingTable.id) == col(relation.table_id))
            .where(col(relation.person_id).in_(people))
            .distinct()
        )
        for person_id, event_id in (await db.exec(there)).all():
            if not await _may_attend(db, person_id, event_id):
                await seating.leave_lounge(db, event_id, person_id, now=datetime.now(UTC))


async def _may_attend(db: AsyncSession, person_id: uuid.UUID, event_id: uuid.UUID) -> bool:
    """True when they may attend in any browser: nothing tells by which one a seat was taken."""
    held = [
        Grant(row.role, row.scope, row.scope_id)
        for row in await db.exec(select(GrantRow).where(GrantRow.person_id == person_id))
    ]
    registered = select(Registration.state).where(
        Registration.person_id == person_id, Registration.event_id == event_id
    )
    state = (await db.exec(registered)).first()
    grants = grants_of(held, is_strong=True, event_id=event_id, registration_state=state)
    return allows(grants, "event.attend", event_id=event_id)
