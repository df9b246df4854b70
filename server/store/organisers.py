"""Organisers: the grants that the command line gives, or the person who makes an event receives."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, GrantRow
from server.rules.permissions import ACTIONS
from server.store import rights, security_log
from server.store.engine.upserts import insert_into
from server.store.security_log import Subject


async def grant(db: AsyncSession, person_id: uuid.UUID, role: str, scope: str, scope_id: uuid.UUID | None) -> None:
    """Grant a role in a scope. Granting it twice changes nothing more."""
    held = select(GrantRow).where(
        GrantRow.person_id == person_id,
        GrantRow.role == role,
        GrantRow.scope == scope,
        col(GrantRow.scope_id).is_not_distinct_from(scope_id),
    )
    if (await db.exec(held)).first() is not None:
        return
    row = GrantRow(person_id=person_id, role=role, scope=scope, scope_id=scope_id)
    await db.exec(insert_into(db, GrantRow).values(**row.model_dump()).on_conflict_do_nothing())
    security_log.note(db, "grant.give", Subject("person", person_id), detail=role)
    rights.changed(db, people=[person_id])


async def take_grants(db: AsyncSession, *held: ColumnElement[bool]) -> None:
    """Take away the grants for which all of this holds."""
    statement = delete(GrantRow).where(*held).returning(col(GrantRow.person_id), col(GrantRow.role))
    taken = (await db.exec(statement)).all()
    for person_id, role in taken:
        security_log.note(db, "grant.take", Subject("person", person_id), detail=role)
    rights.changed(db, people=[person_id for person_id, _ in taken])


async def events_of(db: AsyncSession, person_id: uuid.UUID) -> Sequence[Event]:
    """The events whose console the person may open, the newest first."""
    roles = ACTIONS["console.open"]
    mine = (col(GrantRow.person_id) == person_id) & col(GrantRow.role).in_(roles)
    here = (col(GrantRow.scope) == "event") & (col(GrantRow.scope_id) == col(Event.id))
    everywhere = col(GrantRow.scope) == "installation"
    statement = (
        select(Event)
        .where(select(GrantRow.id).where(mine, or_(here, everywhere)).exists())
        .order_by(col(Event.starts_on).desc())
    )
    return (await db.exec(statement)).all()
