"""Retention: on an event's retention day its personal rows go, and its facts stay without their people.

Each step is a transaction of its own and finds what is left to do, so that whoever comes after a crash goes on there.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, and_, false, func, union, update
from sqlmodel import SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import (
    Event,
    GrantRow,
    HashtagMention,
    JoinLink,
    Mail,
    NetworkingTable,
    Person,
    QueueEntry,
    Registration,
    Response,
    RetentionMove,
    Seat,
    SecurityEntry,
    Session,
    SignIn,
    Speaker,
    Stage,
    TableMessage,
)
from server.rules.permissions import CREW
from server.rules.retention import is_due
from server.store import events, rights, seating, security_log
from server.store.engine.revisions import raise_revision, table_room
from server.store.erasure import LOOSENED, NEEDS, OWN_WORDS, REKEYED, REMOVED

KIND = "retention"
"""The kind of job that carries out a retention."""
PERSONAL = (*REKEYED, *REMOVED, *LOOSENED)
"""Every relation that refers to a person; `server.store.erasure` tells what becomes of each."""
OF_THE_PERSON = (SignIn, SecurityEntry)
"""Relations that belong to no event, or outlast it: their rows go, or forget the person, with the person."""
TIES = tuple(relation for relation in PERSONAL if relation not in OF_THE_PERSON)
"""Relations whose rows at another event, or for a role, need their person to stay."""


async def due(db: AsyncSession, now: datetime) -> Sequence[Event]:
    """The events whose retention is due."""
    found = (await db.exec(select(Event))).all()
    return [event for event in found if is_due(event, now)]


async def counts(db: AsyncSession, event_id: uuid.UUID) -> dict[str, int]:
    """The number of rows that a retention would find now, by the class name of their relation.

    `Person` counts the people who would go, and `SignIn` their browsers; `Speaker` those who can sign in.
    """
    leaving = select(Person.id).where(col(Person.id).in_(_people(event_id)), *_without_ties(event_id))
    found = {}
    for relation in PERSONAL:
        if relation in OF_THE_PERSON:
            rows = _person_id(relation).in_(leaving)
        else:
            rows = and_(goes(relation, event_id), _is_somebody(relation))
        found[relation.__name__] = await _number(db, select(func.count()).select_from(relation).where(rows))
    found[Person.__name__] = await _number(db, select(func.count()).select_from(leaving.subquery()))
    return found


async def people_left(db: AsyncSession, event_id: uuid.UUID, most: int) -> Sequence[uuid.UUID]:
    """The people to whom rows of the event still lead, `most` of them at a time."""
    found = select(Person.id).where(col(Person.id).in_(_people(event_id))).order_by(col(Person.id)).limit(most)
    return (await db.exec(found)).all()


async def number_left(db: AsyncSession, event_id: uuid.UUID) -> int:
    """The number of people to whom rows of the event still lead."""
    return await _number(db, select(func.count()).select_from(Person).where(col(Person.id).in_(_people(event_id))))


async def begin(db: AsyncSession, event: Event, noted: dict[str, int]) -> None:
    """Close the event, write down the `counts` that the retention found, and empty the lounge.

    Repeating it changes no count.
    """
    await events.move(db, event.id, "close")
    known = await db.get_one(Event, event.id, with_for_update=True)
    known.anonymised = {name: max(number, known.anonymised.get(name, 0)) for name, number in noted.items()}
    db.add(known)
    for relation in (Seat, QueueEntry):
        for person_id in (await db.exec(select(relation.person_id).where(goes(relation, event.id)))).all():
            await seating.leave_lounge(db, event.id, person_id, now=datetime.now(UTC))


async def take_out(db: AsyncSession, event: Event, person_id: uuid.UUID) -> None:
    """Take one person out of the event: facts stay under a random id, other rows go.

    A person whom nothing else here needs goes altogether, with their browsers.
    """
    stranger = uuid.uuid4()
    await _forget(db, event, person_id)
    for relation in (each for each in REKEYED if each not in OF_THE_PERSON):
        await db.exec(update(relation).where(*_theirs(relation, event.id, person_id)).values(person_id=stranger))
    for relation in LOOSENED:
        await db.exec(update(relation).where(*_theirs(relation, event.id, person_id)).values(person_id=None))
    for relation in REMOVED:
        if relation not in OF_THE_PERSON:
            await db.exec(delete(relation).where(*_theirs(relation, event.id, person_id)))
    rights.changed(db, people=[person_id])
    await _part_with(db, event.id, person_id)


async def finish(db: AsyncSession, event_id: uuid.UUID, now: datetime) -> None:
    """Delete what is about nobody known any more, and the salt: pseudonyms of older exports lead nowhere then."""
    await db.exec(delete(Mail).where(goes(Mail, event_id)))
    for post in (await db.exec(select(HashtagMention).where(col(HashtagMention.event_id) == event_id))).all():
        post.reference = uuid.uuid4().hex  # an address of somebody's post
        db.add(post)
    rights.changed(db, events=[event_id])
    done = update(Event).where(col(Event.id) == event_id)
    await db.exec(done.values(salt=b"", anonymised_at=now))


async def change(db: AsyncSession, event_id: uuid.UUID, **columns: Any) -> None:
    """Write columns of the privacy notice, or the retention day."""
    await db.exec(update(Event).where(col(Event.id) == event_id).values(**columns))


async def promise(db: AsyncSession, event: Event) -> None:
    """Fix the retention day, so that no later change of the event's days moves it in silence."""
    promised = update(Event).where(col(Event.id) == event.id, col(Event.retention_on).is_(None))
    await db.exec(promised.values(retention_on=event.retention_day))


async def note_move(
    db: AsyncSession, event_id: uuid.UUID, before: date, after: date, reason: str, now: datetime
) -> RetentionMove:
    """Write down that the retention day was made later."""
    move = RetentionMove(event_id=event_id, day_before=before, day_after=after, reason=reason, moved_at=now)
    db.add(move)
    await db.flush()
    return move


async def stays(db: AsyncSession, event_id: uuid.UUID) -> dict[str, int]:
    """The number of rows that a retention leaves as they are: sessions, speakers on the agenda, roles of the crew."""
    crew = select(func.count()).where(col(GrantRow.scope_id) == event_id, col(GrantRow.role).in_(CREW))
    return {
        "sessions": await _number(db, select(func.count()).where(col(Session.event_id) == event_id)),
        "speakers": await _number(db, select(func.count()).where(col(Speaker.event_id) == event_id)),
        "crew": await _number(db, crew),
    }


async def moves_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[RetentionMove]:
    """The times at which the retention day was made later, oldest first."""
    found = select(RetentionMove).where(col(RetentionMove.event_id) == event_id)
    return (await db.exec(found.order_by(col(RetentionMove.moved_at)))).all()


async def _forget(db: AsyncSession, event: Event, person_id: uuid.UUID) -> None:
    """Blank the person's own words and needs in rows that stay, and leave of their times the day."""
    theirs = select(Registration).where(*_theirs(Registration, event.id, person_id))
    for row in (await db.exec(theirs)).all():
        for name, value in {**OWN_WORDS, **NEEDS, "anonymous": True, "held_until": None}.items():
            setattr(row, name, value)
        _keep_days(row, ("created_at", "claimed_at", "confirmed_at", "cancelled_at"), event.zone)
        db.add(row)
    answered = select(Response).where(*_theirs(Response, event.id, person_id))
    for response in (await db.exec(answered)).all():
        _keep_days(response, ("submitted_at", "changed_at"), event.zone)
        db.add(response)
    await db.flush()
    spoken_at = select(TableMessage.table_id).where(*_theirs(TableMessage, event.id, person_id)).distinct()
    for table_id in (await db.exec(spoken_at)).all():
        await raise_revision(db, table_room(table_id), "messages")


def _keep_days(row: SQLModel, columns: Sequence[str], zone: str) -> None:
    """Set each of these times to noon of its day in the zone: figures are by the day, and a second tells a person."""
    for name in columns:
        at: datetime | None = getattr(row, name)
        if at is not None:
            day: date = at.astimezone(ZoneInfo(zone)).date()
            setattr(row, name, datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC))


async def _part_with(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Delete the person, unless something else here needs them: another event, or a role."""
    if await _is_needed(db, event_id, person_id):
        return
    rights.changed(db, people=[person_id])
    await security_log.forget(db, person_id, uuid.uuid4())
    for relation in (SignIn, JoinLink, Mail):
        await db.exec(delete(relation).where(_person_id(relation) == person_id))
    await db.exec(delete(Person).where(col(Person.id) == person_id))


def _people(event_id: uuid.UUID) -> Any:
    """The ids to which rows of the event lead that a retention takes; some are of people who were erased."""
    found = [
        select(_person_id(relation)).where(goes(relation, event_id), _is_somebody(relation))
        for relation in PERSONAL
        if relation not in OF_THE_PERSON
    ]
    return select(union(*found).subquery().c[0])


def _without_ties(event_id: uuid.UUID) -> list[ColumnElement[bool]]:
    """The conditions under which a person is needed here by nothing but what this event's retention takes.

    Browsers, and links and mails of no event, are no ties. Each relation is read once, however many people there are.
    """
    return [col(Person.id).not_in(select(_person_id(each)).where(*_ties(each, event_id))) for each in TIES]


async def _is_needed(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """True when something here needs the person besides what this event's retention takes."""
    for relation in TIES:
        tie = select(_person_id(relation)).where(_person_id(relation) == person_id, *_ties(relation, event_id))
        if (await db.exec(tie.limit(1))).first() is not None:
            return True
    return False


def _ties(relation: type[SQLModel], event_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    """The condition of a relation's rows by which anything but this event needs their person."""
    return _person_id(relation).is_not(None), ~goes(relation, event_id)


def _theirs(relation: type[SQLModel], event_id: uuid.UUID, person_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return _person_id(relation) == person_id, goes(relation, event_id)


def goes(relation: type[SQLModel], event_id: uuid.UUID) -> ColumnElement[bool]:
    """The condition of a relation's rows that the retention of an event takes. The roles of its crew stay."""
    if relation is GrantRow:
        scopes = [select(each.id).where(_of_event(each, event_id)) for each in (Session, Stage, NetworkingTable)]
        inside = [col(GrantRow.scope_id) == event_id, *(col(GrantRow.scope_id).in_(scope) for scope in scopes)]
        within = func.coalesce(inside[0] | inside[1] | inside[2] | inside[3], false())
        return and_(within, col(GrantRow.role).not_in(CREW))
    return _of_event(relation, event_id)


def _of_event(relation: type[SQLModel], event_id: uuid.UUID) -> ColumnElement[bool]:
    """The condition of a relation's rows that belong to an event. Raises LookupError for a relation of no event."""
    found = _along_keys(relation.__table__, event_id)  # type: ignore[attr-defined]
    if found is None:
        raise LookupError(relation.__name__)
    return found


def _along_keys(table: Table, event_id: uuid.UUID) -> ColumnElement[bool] | None:
    """The condition of the rows that lead to an event along the foreign keys, the shortest way first."""
    for key in sorted(table.foreign_keys, key=lambda key: key.column.table.name != "event"):
        if key.column.table.name == "event":
            return key.parent == event_id
        above = _along_keys(key.column.table, event_id)
        if above is not None:
            return key.parent.in_(select(key.column).where(above))
    return None


def _is_somebody(relation: type[SQLModel]) -> ColumnElement[bool]:
    """The condition of rows that lead to a person who is known."""
    known: ColumnElement[bool] = _person_id(relation).in_(select(col(Person.id)))
    return known


def _person_id(relation: type[SQLModel]) -> Any:
    return col(relation.person_id)  # type: ignore[attr-defined]


async def _number(db: AsyncSession, statement: Any) -> int:
    return int((await db.exec(statement)).one())
