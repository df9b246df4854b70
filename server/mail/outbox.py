"""The outbox: mail waits here as rows, is claimed under a lease, and is settled by what became of it.

A row whose lease ran out while it was being sent may or may not have left: it is marked uncertain and is not sent
again unless an organiser says so.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.mail.messages import render
from server.models import Event, Mail, Person
from server.store.engine.database import leave_work
from server.store.engine.upserts import insert_into

LEASE = timedelta(seconds=90)
"""Longer than one delivery may take (see `delivery.TIMEOUT_S`)."""
BACK_OFF = (timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""How long to wait after each try that a server refused for now; after the last, the mail has failed."""
UNCERTAIN = "The server stopped while this was being sent, so it may or may not have arrived."
WORK = (
    select(Mail.id)
    .where(
        col(Mail.state).in_(("queued", "sending")),
        or_(col(Mail.leased_until).is_(None), col(Mail.leased_until) <= bindparam("now")),
    )
    .limit(1)
)
"""Asked every few seconds for ever: built once."""


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


async def has_work(db: AsyncSession, now: datetime) -> bool:
    """Whether anything is due, or was being sent when its process ended."""
    return (await db.exec(WORK, params={"now": now})).first() is not None


async def claim(db: AsyncSession, now: datetime) -> Mail | None:
    """The oldest mail that is due, now being sent by whoever called, until its lease runs out."""
    due = (
        select(Mail.id)
        .where(Mail.state == "queued", or_(col(Mail.leased_until).is_(None), col(Mail.leased_until) <= now))
        .order_by(col(Mail.created_at))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    mail_id = (await db.exec(due)).first()
    if mail_id is None:
        return None
    statement = update(Mail).where(col(Mail.id) == mail_id, col(Mail.state) == "queued")
    taken = await db.exec(statement.values(state="sending", tries=Mail.tries + 1, leased_until=now + LEASE))
    return await db.get(Mail, mail_id, populate_existing=True) if taken.rowcount else None


async def settle(db: AsyncSession, mail: Mail, state: str, now: datetime, problem: str = "") -> None:
    """Write down what became of a mail: sent, uncertain or failed."""
    await _move(db, mail.id, "sending", state=state, sent_at=now, leased_until=None, problem=problem[:400])


async def keep(db: AsyncSession, mail: Mail, text: str, html: str, now: datetime) -> None:
    """Leave a mail in the local outbox as it would have left, join link and all: here it is read."""
    await _move(db, mail.id, "sending", state="kept", sent_at=now, leased_until=None, text=text, html=html)


async def try_later(db: AsyncSession, mail: Mail, now: datetime, problem: str) -> None:
    """Back into the outbox for a while; failed once every try is spent."""
    if mail.tries > len(BACK_OFF):
        await settle(db, mail, "failed", now, problem)
        return
    due = now + BACK_OFF[mail.tries - 1]
    await _move(db, mail.id, "sending", state="queued", leased_until=due, problem=problem[:400])


async def mark_uncertain(db: AsyncSession, now: datetime) -> int:
    """What was being sent when a process ended: shown to the organiser, not sent again. How many."""
    statement = update(Mail).where(col(Mail.state) == "sending", col(Mail.leased_until) <= now)
    found = await db.exec(statement.values(state="uncertain", leased_until=None, problem=UNCERTAIN))
    return int(found.rowcount)


async def send_again(db: AsyncSession, mail_id: uuid.UUID) -> bool:
    """An organiser's word that an uncertain or failed mail shall be sent; whether it was one."""
    statement = update(Mail).where(col(Mail.id) == mail_id, col(Mail.state).in_(("uncertain", "failed")))
    leave_work(db)
    done = await db.exec(statement.values(state="queued", tries=0, leased_until=None, problem="", sent_at=None))
    return bool(done.rowcount)


async def _move(db: AsyncSession, mail_id: uuid.UUID, before: str, **values: Any) -> None:
    await db.exec(update(Mail).where(col(Mail.id) == mail_id, col(Mail.state) == before).values(**values))
