"""Understudies: synthetic people who stand in for delegates and crew in rehearsal and demo events."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, GrantRow, Person, Registration, Speaker
from server.store import rights
from server.store.engine.revisions import event_room, raise_revision
from server.store.engine.upserts import insert_into

KINDS = frozenset({"rehearsal", "demo"})
"""The kinds of event that may have them."""


async def enlist(db: AsyncSession, event: Event, role: str, count: int) -> Sequence[Person]:
    """`count` understudies in a role, registered at the event. Those who were enlisted before come first.

    A speaker takes the next speaker on the agenda who is not linked to a person. Raises ValueError for a real event.
    """
    if event.kind not in KINDS:
        raise ValueError(event.kind)
    emails = [f"{role.replace(' ', '-')}-{n}@{event.slug}.invalid" for n in range(1, count + 1)]
    known = {person.email: person for person in await db.exec(select(Person).where(col(Person.synthetic)))}
    people = [known.get(email) or _person(email, role) for email in emails]
    newcomers = [person for person in people if person.email not in known]
    now = datetime.now(UTC)
    db.add_all(newcomers)
    await db.flush()
    moments: dict[str, Any] = {"claimed_at": now, "confirmed_at": now, "created_at": now}
    places = [Registration(event_id=event.id, person_id=each.id, **moments) for each in people]
    await db.exec(insert_into(db, Registration).on_conflict_do_nothing(), params=[row.model_dump() for row in places])
    if role != "delegate":
        grants = [GrantRow(person_id=each.id, role=role, scope="event", scope_id=event.id) for each in people]
        await db.exec(insert_into(db, GrantRow).on_conflict_do_nothing(), params=[row.model_dump() for row in grants])
    rights.changed(db, people=[each.id for each in people])
    if role == "speaker":
        await _put_on_agenda(db, event, newcomers)
    await db.flush()
    await raise_revision(db, event_room(event.id), "registrations")
    return people


def _person(email: str, role: str) -> Person:
    number = email.partition("@")[0].rpartition("-")[2]
    return Person(email=email, name=f"{role.capitalize()} {number}", synthetic=True)


async def _put_on_agenda(db: AsyncSession, event: Event, people: Sequence[Person]) -> None:
    vacant = select(Speaker).where(Speaker.event_id == event.id, col(Speaker.person_id).is_(None))
    for speaker, person in zip(await db.exec(vacant.order_by(col(Speaker.position))), people, strict=False):
        speaker.person_id = person.id
