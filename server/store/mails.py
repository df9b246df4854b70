"""Mail as the organiser reads it: every mail of an event, with its recipient and its state."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Mail

PAGE = 50
"""Mails on one page."""


async def mails_of(
    db: AsyncSession, event_id: uuid.UUID, *, state: str = "", page: int = 1
) -> tuple[Sequence[Mail], int]:
    """One page of an event's mail, the newest first, and the number of all that match."""
    found = select(Mail).where(Mail.event_id == event_id)
    if state:
        found = found.where(Mail.state == state)
    total = (await db.exec(select(func.count()).select_from(found.subquery()))).one()
    newest = found.order_by(col(Mail.created_at).desc(), col(Mail.id)).offset((page - 1) * PAGE).limit(PAGE)
    return (await db.exec(newest)).all(), total


async def by_state(db: AsyncSession, event_id: uuid.UUID) -> dict[str, int]:
    """The number of mails in each state that any is in."""
    statement = select(Mail.state, func.count()).where(Mail.event_id == event_id).group_by(col(Mail.state))
    return dict((await db.exec(statement)).all())


class PutOff(NamedTuple):
    """The mail of an event that could not be sent yet: its number, the next attempt, and the latest reason."""

    number: int
    next_at: datetime
    reason: str


async def put_off(db: AsyncSession, event_id: uuid.UUID) -> PutOff | None:
    """The mail that waits for another attempt; None while there is none."""
    waits = (Mail.event_id == event_id, Mail.state == "queued", col(Mail.attempts) > 0)
    number = (await db.exec(select(func.count()).select_from(Mail).where(*waits))).one()
    soonest = select(Mail.due_at, Mail.reason).where(*waits).order_by(col(Mail.due_at)).limit(1)
    first = (await db.exec(soonest)).first()
    return PutOff(number, *first) if first else None


async def waiting(db: AsyncSession) -> int:
    """The number of mails of all events that are still to be sent."""
    statement = select(func.count()).select_from(Mail).where(col(Mail.state).in_(("queued", "sending")))
    return (await db.exec(statement)).one()


async def number_since(
    db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, kinds: Sequence[str], since: datetime
) -> int:
    """The number of mails of these kinds that an event has written to a person since then."""
    written = select(func.count()).select_from(Mail).where(Mail.event_id == event_id, Mail.person_id == person_id)
    return (await db.exec(written.where(col(Mail.kind).in_(kinds), col(Mail.created_at) >= since))).one()


async def mail_with(db: AsyncSession, event_id: uuid.UUID, mail_id: uuid.UUID) -> Mail | None:
    """A mail of this event."""
    return (await db.exec(select(Mail).where(Mail.id == mail_id, Mail.event_id == event_id))).first()
