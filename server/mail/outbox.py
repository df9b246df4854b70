"""The outbox: mail waits here as rows, is claimed under a lease, and is settled by what became of it.

A row whose lease ran out while it was being sent may or may not have left: it is marked uncertain and is not sent
again unless an organiser says so.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.mail.messages import render
from server.models import Event, Mail, Person
from server.store.engine.database import leave_work
from server.store.engine.jobs import Backlog
from server.store.engine.upserts import insert_into

LEASE = timedelta(seconds=90)
"""Longer than one delivery may take (see `delivery.TIMEOUT_S`)."""
BACK_OFF = (timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""How long to wait after each try that a server refused for now; after the last, the mail has failed."""
UNCERTAIN = "The server stopped while this was being sent, so it may or may not have arrived."
BACKLOG = Backlog(
    Mail,
    lease=LEASE,
    back_off=BACK_OFF,
    waiting="queued",
    running="sending",
    lapsed="uncertain",
    lapsed_reason=UNCERTAIN,
)


async def queue(
    db: AsyncSession,
    event: Event,
    person: Person,
    kind: str,
    key: str,
    context: dict[str, Any],
    *,
    calendar: bytes = b"",
    lands_on: str = "",
) -> bool:
    """Put a mail into the outbox; whether it is new. The same `key` never sends twice.

    People who do not exist (`synthetic`) get no mail. `context` is what `messages.render` needs.
    """
    if person.synthetic:
        return False
    message = render(event, person, kind, context)
    mail = Mail(
        event_id=event.id,
        person_id=person.id,
        idempotency_key=key,
        kind=kind,
        recipient=person.email,
        subject=message.subject[:200],
        text=message.text,
        html=message.html,
        calendar=calendar.decode(),
        lands_on=lands_on,
    )
    statement = (
        insert_into(db, Mail).values(**mail.model_dump()).on_conflict_do_nothing(index_elements=["idempotency_key"])
    )
    leave_work(db)
    return bool((await db.exec(statement)).rowcount)


async def send_again(db: AsyncSession, mail_id: uuid.UUID, now: datetime) -> bool:
    """Queue an uncertain or failed mail again, on an organiser's word; False when it is neither."""
    statement = update(Mail).where(col(Mail.id) == mail_id, col(Mail.state).in_(("uncertain", "failed")))
    leave_work(db)
    done = await db.exec(statement.values(state="queued", due_at=now, attempts=0, reason=""))
    return bool(done.rowcount)
