"""The publishers backstage, and the connections, each named after the sign-in by which it was made.

A connection may stay as long as its sign-in may.
"""

import secrets
import uuid
from collections import defaultdict
from collections.abc import Collection

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import GrantRow, Person, SignIn, Stage
from server.rules.permissions import Grant, allows, grants_of
from server.store.stages import Publisher

ROLES = ("speaker", "chair", "interpreter", "producer", "organiser")
"""The roles backstage; somebody who has several appears in the first of them."""
ENCODER = Publisher("Encoder", "encoder")
"""The publisher that shows the stage's stream key."""
MARK_DIGITS = 16
"""The first hexadecimal digits of a connection's name, which are those of its sign-in's id."""
RANDOM_BYTES = 8
ENCODER_MARK = "0" * MARK_DIGITS
"""The mark of an encoder, which shows a stream key instead: a new key ends its connection."""


def publisher_of(person: Person, grants: Collection[Grant], stage: Stage) -> Publisher:
    """A person as a publisher, in the role that their grants at this stage give them."""
    reach = {None, stage.event_id, stage.id}
    roles = {grant.role for grant in grants if grant.scope_id in reach}
    return Publisher(person.name, next((role for role in ROLES if role in roles), "speaker"), person.id)


def sender_of(stage: Stage, publisher: Publisher) -> str:
    """The name by which the offers of a person, or of a stage's encoder, are counted."""
    return publisher.id if publisher.person_id else f"{publisher.id}-{stage.id}"


def connection_of(here: SignIn | None) -> str:
    """Make a name for a new connection of a sign-in, or of an encoder."""
    return (here.id.hex[:MARK_DIGITS] if here else ENCODER_MARK) + secrets.token_hex(RANDOM_BYTES)


def mark_of(connection: str) -> str:
    """The part of a connection's name that names its sign-in."""
    return connection[:MARK_DIGITS]


async def may_stay(db: AsyncSession, stage_id: uuid.UUID, connections: Collection[str]) -> set[str]:
    """A stage's connections whose sign-in has not ended and whose person may be backstage there."""
    stage = await db.get(Stage, stage_id)
    if stage is None:
        return set()
    marks = {mark_of(each) for each in connections} - {ENCODER_MARK}
    allowed = {ENCODER_MARK} | await _marks_allowed(db, stage, marks)
    return {each for each in connections if mark_of(each) in allowed}


async def _marks_allowed(db: AsyncSession, stage: Stage, marks: Collection[str]) -> set[str]:
    if not marks:
        return set()
    named = [col(SignIn.id).between(_id_with(mark, "0"), _id_with(mark, "f")) for mark in marks]
    statement = (
        select(SignIn, GrantRow)
        .outerjoin(GrantRow, col(GrantRow.person_id) == col(SignIn.person_id))
        .where(or_(*named), col(SignIn.ended_at).is_(None))
    )
    held: dict[tuple[str, bool], list[Grant]] = defaultdict(list)
    for here, row in await db.exec(statement):
        if row is not None:
            held[mark_of(here.id.hex), here.strong].append(Grant(row.role, row.scope, row.scope_id))
    return {
        mark
        for (mark, is_strong), grants in held.items()
        if allows(grants_of(grants, is_strong=is_strong), "backstage.join", event_id=stage.event_id, stage_id=stage.id)
    }


def _id_with(mark: str, digit: str) -> uuid.UUID:
    return uuid.UUID(mark + digit * (32 - MARK_DIGITS))
