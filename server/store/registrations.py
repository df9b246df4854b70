"""Registrations: one person's place at one event, first come first served when places are few."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, literal, null
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, Person, Question, Registration
from server.models.columns import UTCDateTime
from server.rules.lifecycles import PLACED, REGISTRATION
from server.rules.standing import hold_hours, terms
from server.store import name_tags, rights, surveys
from server.store.engine.database import leave_work
from server.store.engine.revisions import event_room, raise_revision
from server.store.engine.upserts import insert_into

TOPIC = "registrations"
RELEASED_AT_ONCE = 200
"""The most places of one event that one transaction releases."""
MOMENT = UTCDateTime()


class RegistrationOffer(NamedTuple):
    """An event's offer to somebody without a registration: places left or not, the terms of a place, the question."""

    is_full: bool
    terms: str
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
    return RegistrationOffer(await is_full(db, event), terms(event), asked[1] if asked else None)


async def add(
    db: AsyncSession,
    event: Event,
    person: Person,
    details: Details,
    source: str,
    now: datetime,
    *,
    enrolled: bool = False,
    is_here: bool = False,
) -> bool:
    """Put a person on the waiting list. False when they are registered already: nothing is changed then.

    Everybody registers through the waiting list, and `admit` gives the first person on it a place, so nobody
    overtakes. `enrolled`: an organiser registers them. `is_here`: they register themselves, signed in.
    """
    claimed_at = now if is_here else None
    values = {**vars(details), "source": source, "state": "waitlisted", "created_at": now, "claimed_at": claimed_at}
    values["enrolled"] = enrolled
    new = Registration(event_id=event.id, person_id=person.id, **values)
    rights.changed(db, people=[person.id])
    added = await db.exec(
        insert_into(db, Registration)
        .values(**new.model_dump())
        .on_conflict_do_nothing(index_elements=["event_id", "person_id"])
    )
    return added.rowcount == 1 or await _come_back(db, event.id, person.id, values)


async def _come_back(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, values: dict[str, object]) -> bool:
    """Register a person again who had cancelled, or whose place was released. They wait like everybody else."""
    rights.changed(db, people=[person_id])
    statement = update(Registration).where(
        col(Registration.event_id) == event_id,
        col(Registration.person_id) == person_id,
        col(Registration.state).in_(REGISTRATION["come-back"].sources),
    )
    cleared = {"confirmed_at": None, "cancelled_at": None, "held_until": None}
    return bool((await db.exec(statement.values(**values, **cleared))).rowcount)


async def admit(db: AsyncSession, event_id: uuid.UUID, now: datetime) -> Sequence[uuid.UUID]:
    """Give places to the people who have waited longest, while there are any. Returns the ids of those people.

    The place of a person who has come in already is confirmed. Any other is held: for the event's time, or without
    limit for a person whom an organiser registered. The event's row is locked meanwhile, so two requests at once
    cannot give the last place twice.
    """
    locked = select(Event).where(Event.id == event_id).with_for_update(key_share=True)
    event = (await db.exec(locked.execution_options(populate_existing=True))).one()
    waiting = select(Registration.id).where(Registration.event_id == event_id, Registration.state == "waitlisted")
    if event.capacity is not None:
        free = max(0, event.capacity - await placed(db, event_id))
        waiting = waiting.order_by(col(Registration.created_at), col(Registration.id)).limit(free)
    hours = hold_hours(event)
    until = None if hours is None else now + timedelta(hours=hours)
    has_come_in = col(Registration.claimed_at).is_not(None)
    statement = (
        update(Registration)
        .where(col(Registration.id).in_(waiting), col(Registration.state) == "waitlisted")
        .values(
            state=case((has_come_in, "confirmed"), else_="held"),
            confirmed_at=case((has_come_in, literal(now, MOMENT)), else_=null()),
            held_until=case((has_come_in | col(Registration.enrolled), null()), else_=literal(until, MOMENT)),
        )
        .returning(col(Registration.person_id))
    )
    admitted: Sequence[uuid.UUID] = (await db.exec(statement)).scalars().all()
    rights.changed(db, people=admitted)
    leave_work(db)
    await raise_revision(db, event_room(event_id), TOPIC)
    return admitted


async def claim(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, now: datetime) -> bool:
    """Note that the person of a registration has come in: a held place is confirmed. False when nothing changes."""
    is_held = col(Registration.state) == "held"
    statement = update(Registration).where(
        col(Registration.event_id) == event_id,
        col(Registration.person_id) == person_id,
        col(Registration.claimed_at).is_(None),
        col(Registration.state).in_(REGISTRATION["confirm"].sources),
    )
    claimed = await db.exec(
        statement.values(
            claimed_at=now,
            state=case((is_held, "confirmed"), else_=col(Registration.state)),
            confirmed_at=case((is_held, literal(now, MOMENT)), else_=null()),
            held_until=None,
        )
    )
    rights.changed(db, people=[person_id])
    await raise_revision(db, event_room(event_id), TOPIC)
    return bool(claimed.rowcount)


async def queue_again(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, now: datetime) -> bool:
    """Put a person who has come in, and whose place was released, at the end of the waiting list. False: it was not."""
    statement = update(Registration).where(
        col(Registration.event_id) == event_id,
        col(Registration.person_id) == person_id,
        col(Registration.state) == REGISTRATION["release"].target,
    )
    rights.changed(db, people=[person_id])
    waits = {"state": "waitlisted", "created_at": now, "claimed_at": now, "held_until": None}
    return bool((await db.exec(statement.values(**waits))).rowcount)


async def release_overdue(db: AsyncSession, event_id: uuid.UUID, now: datetime) -> Sequence[Registration]:
    """Release the places of an event that nobody claimed in time. `admit` then gives them to those who wait."""
    overdue = select(Registration.id).where(
        Registration.event_id == event_id, Registration.state == "held", col(Registration.held_until) <= now
    )
    statement = (
        update(Registration)
        .where(
            col(Registration.id).in_(overdue.order_by(col(Registration.held_until)).limit(RELEASED_AT_ONCE)),
            col(Registration.state).in_(REGISTRATION["release"].sources),
        )
        .values(state="released")
        .returning(Registration)
    )
    released: Sequence[Registration] = (await db.exec(statement)).scalars().all()
    rights.changed(db, people=[row.person_id for row in released])
    await raise_revision(db, event_room(event_id), TOPIC)
    return released


async def next_release(db: AsyncSession) -> datetime | None:
    """The earliest moment at which a held place is released; it may be past. None: none is held with a limit."""
    held = select(func.min(col(Registration.held_until))).where(Registration.state == "held")
    return (await db.exec(held)).one()


async def events_overdue(db: AsyncSession, now: datetime) -> Sequence[Event]:
    """The events with a place that nobody claimed in time."""
    overdue = select(Registration.event_id).where(Registration.state == "held", col(Registration.held_until) <= now)
    return (await db.exec(select(Event).where(col(Event.id).in_(overdue)))).all()


async def cancel(db: AsyncSession, registration: Registration, now: datetime) -> bool:
    """Cancel a registration; False when it was cancelled already. `admit` then gives its place to the next person."""
    statement = update(Registration).where(
        col(Registration.id) == registration.id,
        col(Registration.state).in_(REGISTRATION["cancel"].sources),
    )
    await name_tags.hide(db, registration.event_id, registration.person_id)
    rights.changed(db, people=[registration.person_id])
    return bool((await db.exec(statement.values(state="cancelled", cancelled_at=now))).rowcount)


async def change(db: AsyncSession, registration_id: uuid.UUID, details: Details) -> None:
    """Write the details of a registration. Tables that show its person follow."""
    here = col(Registration.id) == registration_id
    standing = select(Registration.event_id, Registration.person_id, Registration.directory, Registration.organisation)
    event_id, person_id, was_ticked, organisation = (await db.exec(standing.where(here).with_for_update())).one()
    await db.exec(update(Registration).where(here).values(**vars(details)))
    if details.directory != was_ticked:
        await name_tags.follow(db, event_id, person_id, is_ticked=details.directory)
    elif details.organisation != organisation:
        await name_tags.renamed(db, person_id)


async def of_person(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> Registration | None:
    """The registration of a person, in any state; None when they have never registered."""
    statement = select(Registration).where(Registration.event_id == event_id, Registration.person_id == person_id)
    return (await db.exec(statement)).first()


async def standing(db: AsyncSession, event_id: uuid.UUID) -> list[uuid.UUID]:
    """The people who are registered or wait for a place, in a fixed order; nobody once they are anonymous."""
    statement = select(Registration.person_id).where(
        Registration.event_id == event_id,
        col(Registration.state).not_in(("cancelled", "released")),
        col(Registration.anonymous).is_(False),
    )
    return list((await db.exec(statement.order_by(col(Registration.person_id)))).all())


async def placed(db: AsyncSession, event_id: uuid.UUID) -> int:
    """The number of places that are taken: held or confirmed."""
    statement = select(func.count()).where(Registration.event_id == event_id, col(Registration.state).in_(PLACED))
    return (await db.exec(statement)).one()


async def counts(db: AsyncSession, event_id: uuid.UUID) -> Counter[str]:
    """The number of registrations in each state, 0 for a state that none is in."""
    statement = select(Registration.state, func.count()).where(Registration.event_id == event_id)
    return Counter(dict((await db.exec(statement.group_by(Registration.state))).all()))


async def is_full(db: AsyncSession, event: Event) -> bool:
    """True when a person who registers now would have to wait."""
    return event.capacity is not None and await placed(db, event.id) >= event.capacity


async def place_in_queue(db: AsyncSession, registration: Registration) -> int:
    """The place of a registration in the waiting list, from 1."""
    statement = select(func.count()).where(
        Registration.event_id == registration.event_id,
        Registration.state == "waitlisted",
        Registration.created_at <= registration.created_at,
    )
    return (await db.exec(statement)).one()
