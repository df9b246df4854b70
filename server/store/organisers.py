"""Who runs which event: grants as organiser, given by the command line or by whoever makes the event."""

import uuid
from collections.abc import Sequence

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, Grant
from server.rules.permissions import ACTIONS
from server.store.engine.upserts import insert_into


async def grant(db: AsyncSession, person_id: uuid.UUID, role: str, scope: str, scope_id: uuid.UUID | None) -> None:
    """Give a role in a scope; giving it twice is giving it once."""
    held = select(Grant).where(
        Grant.person_id == person_id,
        Grant.role == role,
        Grant.scope == scope,
        col(Grant.scope_id).is_not_distinct_from(scope_id),
    )
    if (await db.exec(held)).first() is not None:
        return
    row = Grant(person_id=person_id, role=role, scope=scope, scope_id=scope_id)
    await db.exec(insert_into(db, Grant).values(**row.model_dump()).on_conflict_do_nothing())


async def events_of(db: AsyncSession, person_id: uuid.UUID) -> Sequence[Event]:
    """The events whose console a person may open, the newest first."""
    roles = ACTIONS["console.open"]
    mine = (col(Grant.person_id) == person_id) & col(Grant.role).in_(roles)
    here = (col(Grant.scope) == "event") & (col(Grant.scope_id) == col(Event.id))
    everywhere = col(Grant.scope) == "installation"
    statement = (
        select(Event)
        .where(select(Grant.id).where(mine, or_(here, everywhere)).exists())
        .order_by(col(Event.starts_on).desc())
    )
    return (await db.exec(statement)).all()
