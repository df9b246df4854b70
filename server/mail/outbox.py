"""The outbox: each mail is a row that is claimed under a lease, sent, and settled.

A mail whose lease lapses while it is being sent may or may not have left. It is marked uncertain, and is sent again
only on an organiser's word.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.mail.messages import placeholder, render
from server.models import Event, Mail, Person
from server.store.engine.database import leave_work
from server.store.engine.jobs import Backlog
from server.store.engine.upserts import insert_into

LEASE = timedelta(seconds=90)
"""Longer than any delivery takes (see `delivery.TIMEOUT_S`)."""
TRIED_FOR = timedelta(days=2)
BACK_OFF = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    *[timedelta(minutes=30)] * (TRIED_FOR // timedelta(minutes=30)),
)
"""The wait after each attempt that the server put off; after the last attempt, two days on, the mail has failed."""
UNCERTAIN = "The server stopped while this was being sent, so it may or may not have arrived."
UNSENT = ("uncertain", "failed")
"""The states in which a mail waits for an organiser's word."""
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
    """Put a mail into the outbox; False when there is one with the same `key`, which is sent once only.

    People who do not exist (`synthetic`) get no mail. `context` is what `messages.render` needs.
    """
    if person.synthetic:
        return False
    mail_id = uuid.uuid4()
    message = render(event, person, kind, context, placeholder(mail_id))
    mail = Mail(
        id=mail_id,
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
        base_url=context["base_url"],
    )
    statement = (
        insert_into(db, Mail).values(**mail.model_dump()).on_conflict_do_nothing(index_elements=["idempotency_key"])
    )
    leave_work(db)
    return bool((await db.exec(statement)).rowcount)


async def send_again(db: AsyncSession, mail_id: uuid.UUID, now: datetime) -> bool:
    """Queue a mail again that is uncertain or has failed, on an organiser's word; False for any other mail."""
    return bool(await _queue_again(db, now, col(Mail.id) == mail_id, col(Mail.state).in_(UNSENT)))


async def send_all_again(db: AsyncSession, event_id: uuid.UUID, state: str, now: datetime) -> int:
    """Queue again all mail of an event that is in `state`: failed, uncertain, or queued and put off. Their number."""
    return await _queue_again(db, now, col(Mail.event_id) == event_id, col(Mail.state) == state)


async def _queue_again(db: AsyncSession, now: datetime, *which: ColumnElement[bool]) -> int:
    leave_work(db)
    done = await db.exec(update(Mail).where(*which).values(state="queued", due_at=now, attempts=0, reason=""))
    return int(done.rowcount)
