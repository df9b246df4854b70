"""Registrations: one person's place at one event, first come first served when places are few."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, Person, Question, Registration
from server.rules.lifecycles import REGISTRATION
from server.store import rights, surveys
from server.store.engine.revisions import event_room, raise_revision
from server.store.engine.upserts import insert_into

TOPIC = "registrations"


class RegistrationOffer(NamedTuple):
    """An event's offer to somebody without a registration: places left or not, and the question asked."""

    is_full: bool
    question: Question | None


@dataclass(frozen=True)
class Details:
    """The details that a person gives of themselves and of their access needs."""

    organisation: str = ""
    sector: str = ""
    place: str = ""
    job_role: str = ""
    captions: bool = False
    transcript: bool = False
    interpreter: bool = False
    calm: bool = False
    access_note: str = ""
    directory: bool = False


async def offer(db: AsyncSession, event: Event, now: datetime) -> RegistrationOffer:
    """The offer of registration at this moment."""
    asked = await surveys.asked_before(db, event.id, now)
    return RegistrationOffer(await is_full(db, event), asked[1] if asked else None)


async def add(db: AsyncSession, event: Event, person: Person, details: Details, source: str, now: datetime) -> bool:
    """Put a person on the waiting list. False when they are registered already: nothing is changed then.

    Everybody registers through the waiting list, and `admit` confirms the first person on it, so nobody overtakes.
    """
    values = {**vars(details), "source": source, "state": "waitlisted", "created_at": now}
    new = Registration(event_id=event.id, person_id=person.id, **values)
    rights.changed(db, people=[person.id])
    added = await db.exec(
        insert_into(db, Registration)
        .values(**new.model_dump())
        .on_conflict_do_nothing(index_elements=["event_id", "person_id"])
    )
    return added.rowcount == 1 or await _come_back(db, event.id, person.id, values)


async def _come_back(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, values: dict[str, object]) -> bool:
    """Register a person again who had cancelled. They wait like everybody else."""
    rights.changed(db, people=[person_id])
    statement = update(Registration).where(
        col(Registration.event_id) == event_id,
        col(Registration.person_id) == person_id,
        col(Registration.state) == "cancelled",
    )
    return bool((await db.exec(statement.values(**values, confirmed_at=None, cancelled_at=None))).rowcount)


async def admit(db: AsyncSession, event_id: uuid.UUID, now: datetime) -> Sequence[uuid.UUID]:
    """Confirm the people who have waited longest while there are places. Returns the ids of those people.

    The event's row is locked meanwhile, so two requests at once cannot give the last place twice.
    """
    locked = select(Event.capacity).where(Event.id == event_id).with_for_update(key_share=True)
    capacity = (await db.exec(locked)).one()
    waiting = select(Registration.id).where(Registration.event_id == event_id, Registration.state == "waitlisted")
    if capacity is not None:
        free = max(0, capacity - await count(db, event_id, "confirmed"))
        waiting = waiting.order_by(col(Registration.created_at), col(Registration.id)).limit(free)
    statement = (
        update(Registration)
        .where(col(Registration.id).in_(waiting), col(Registration.state) == "waitlisted")
        .values(state="confirmed", confirmed_at=now)
        .returning(col(Registration.person_id))
    )
    confirmed: Sequence[uuid.UUID] = (await db.exec(statement)).scalars().all()
    rights.changed(db, people=confirmed)
    await raise_revision(db, event_room(event_id), TOPIC)
    return confirmed


async def cancel(db: AsyncSession, registration: Registration, now: datetime) -> bool:
    """Cancel a registration; False when it was cancelled already. `admit` then gives its place to the next person."""
    statement = update(Registration).where(
        col(Registration.id) == registration.id,
        col(Registration.state).in_(REGISTRATION["cancel"].sources),
    )
    rights.changed(db, people=[registration.person_id])
    return bool((await db.exec(statement.values(state="cancelled", cancelled_at=now))).rowcount)


async def change(db: AsyncSession, registration_id: uuid.UUID, details: Details) -> None:
    """Write the details of a registration."""
    await db.exec(update(Registration).where(col(Registration.id) == registration_id).values(**vars(details)))


async def of_person(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> Registration | None:
    """The registration of a person, in any state; None when they have never registered."""
    statement = select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    return (await db.exec(statement)).first()


async def standing(db: AsyncSession, event_id: uuid.UUID) -> list[uuid.UUID]:
    """The people with a registration that is not cancelled, in a fixed order; nobody once they are anonymous."""
    statement = select(Registration.person_id).where(
        Registration.event_id == event_id,
        Registration.state != "cancelled",
        col(Registration.anonymous).is_(False),
    )
    return list((await db.exec(statement.order_by(col(Registration.person_id)))).all())


async def count(db: AsyncSession, event_id: uuid.UUID, state: str) -> int:
    """The number of registrations in one state."""
    statement = select(func.count()).where(Registration.event_id == event_id, Registration.state == state)
    return (await db.exec(statement)).one()


async def counts(db: AsyncSession, event_id: uuid.UUID) -> Counter[str]:
    """The number of registrations in each state, 0 for a state that none is in."""
    statement = select(Registration.state, func.count()).where(Registration.event_id == event_id)
    return Counter(dict((await db.exec(statement.group_by(Registration.state))).all()))


async def is_full(db: AsyncSession, event: Event) -> bool:
    """True when a person who registers now would have to wait."""
    return event.capacity is not None and await count(db, event.id, "confirmed") >= event.capacity


async def place_in_queue(db: AsyncSession, registration: Registration) -> int:
    """The place of a registration in the waiting list, from 1."""
    statement = select(func.count()).where(
        Registration.event_id == registration.event_id,
        Registration.state == "waitlisted",
        Registration.created_at <= registration.created_at,
    )
    return (await db.exec(statement)).one()
