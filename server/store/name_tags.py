"""Name tags: the name under which the others at a table see a person. No other place shows a delegate to delegates.

A person with a tag that shows their name is seen by it and by their organisation, and everybody else by a number, which
stays theirs at that table. The host is seen by the name on the agenda. Without a tag nobody is named.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import NameTag, NetworkingTable, Person, Registration, Seat, Speaker, TableStay
from server.store.engine.revisions import raise_revision, table_room

NEUTRAL = "Delegate"


class Shown(NamedTuple):
    """The name under which the others at a table see a person, and the organisation beside it."""

    name: str = NEUTRAL
    organisation: str = ""


UNNAMED = Shown()
"""The name of somebody without a tag."""
ShownAt = dict[tuple[uuid.UUID, uuid.UUID], Shown]
"""Names by table and person."""


async def shown_at(db: AsyncSession, table_ids: Collection[uuid.UUID], people: Collection[uuid.UUID]) -> ShownAt:
    """The names under which these people are seen at these tables. Whoever is missing is seen as `UNNAMED`."""
    worn = (
        select(NameTag, Person.name, Registration.organisation)
        .join(NetworkingTable, col(NetworkingTable.id) == col(NameTag.table_id))
        .outerjoin(Person, col(Person.id) == col(NameTag.person_id))
        .outerjoin(
            Registration,
            (col(Registration.person_id) == col(NameTag.person_id))
            & (col(Registration.event_id) == col(NetworkingTable.event_id)),
        )
        .where(col(NameTag.table_id).in_(table_ids), col(NameTag.person_id).in_(people))
    )
    hosting = (
        select(NetworkingTable.id, Speaker.person_id, Speaker.name, Speaker.organisation)
        .join(Speaker, col(Speaker.id) == col(NetworkingTable.speaker_id))
        .where(col(NetworkingTable.id).in_(table_ids), col(Speaker.person_id).in_(people))
    )
    found: ShownAt = {
        (tag.table_id, tag.person_id): shown(tag, name, organisation) for tag, name, organisation in await db.exec(worn)
    }
    for table_id, person_id, name, organisation in await db.exec(hosting):
        if person_id is not None:
            found[table_id, person_id] = Shown(name, organisation)
    return found


def shown(tag: NameTag, name: str | None, organisation: str | None) -> Shown:
    """The name that a tag shows, of a person with this name and organisation."""
    if tag.shows_name and name:
        return Shown(name, organisation or "")
    return Shown(f"{NEUTRAL} {tag.number}")


async def tag_of(db: AsyncSession, table_id: uuid.UUID, person_id: uuid.UUID) -> NameTag | None:
    """A person's tag at a table."""
    return await db.get(NameTag, (table_id, person_id))


async def suggested(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """True when the box "Show my name here" stands ticked: by the registration, or by the last choice at a table."""
    ticked = select(Registration.directory).where(
        Registration.event_id == event_id, Registration.person_id == person_id, Registration.state == "confirmed"
    )
    chosen = (
        select(NameTag.shows_name)
        .join(NetworkingTable, col(NetworkingTable.id) == col(NameTag.table_id))
        .join(
            TableStay,
            (col(TableStay.table_id) == col(NameTag.table_id)) & (col(TableStay.person_id) == col(NameTag.person_id)),
        )
        .where(NetworkingTable.event_id == event_id, NameTag.person_id == person_id)
        .order_by(col(TableStay.sat_at).desc())
        .limit(1)
    )
    return any([(await db.exec(each)).first() for each in (ticked, chosen)])


async def put_on(db: AsyncSession, table_id: uuid.UUID, person_id: uuid.UUID, *, shows_name: bool) -> None:
    """Give a person a tag at a table, or change the one that they have there. What they wrote there changes with it."""
    await db.exec(select(NetworkingTable.id).where(NetworkingTable.id == table_id).with_for_update())
    tag = await tag_of(db, table_id, person_id)
    if tag is None:
        last = (await db.exec(select(func.max(NameTag.number)).where(NameTag.table_id == table_id))).one()
        db.add(NameTag(table_id=table_id, person_id=person_id, number=(last or 0) + 1, shows_name=shows_name))
        await db.flush()
    elif tag.shows_name != shows_name:
        tag.shows_name = shows_name
        db.add(tag)
        await redraw(db, [table_id])


async def follow(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID, *, is_ticked: bool) -> None:
    """Follow the tick on a registration, which was set or taken away.

    Taken away, it hides the name at every table of the event, also beside what the person wrote there. Set, it names
    them where they sit, and nowhere else: what they wrote at other tables without their name stays without it.
    """
    if not is_ticked:
        return await hide(db, event_id, person_id)
    seat = (await db.exec(select(Seat.table_id).where(Seat.event_id == event_id, Seat.person_id == person_id))).first()
    if seat is not None:
        await put_on(db, seat, person_id, shows_name=True)


async def hide(db: AsyncSession, event_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Hide a person's name at every table of an event."""
    tables = select(NetworkingTable.id).where(NetworkingTable.event_id == event_id)
    hidden = (
        update(NameTag)
        .where(col(NameTag.person_id) == person_id, col(NameTag.shows_name), col(NameTag.table_id).in_(tables))
        .values(shows_name=False)
        .returning(col(NameTag.table_id))
    )
    await redraw(db, (await db.exec(hidden)).scalars().all())


async def renamed(db: AsyncSession, person_id: uuid.UUID) -> None:
    """Tell every table that shows a person's name that the name or the organisation is another one now."""
    shown_by = select(NameTag.table_id).where(NameTag.person_id == person_id, col(NameTag.shows_name))
    await redraw(db, (await db.exec(shown_by)).all())


async def redraw(db: AsyncSession, table_ids: Iterable[uuid.UUID]) -> None:
    """Tell these tables that a name at them is another one now: of a seat, and beside messages."""
    for table_id in sorted(table_ids):
        for topic in ("seats", "messages"):
            await raise_revision(db, table_room(table_id), topic)
