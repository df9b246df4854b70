"""People, each known by one e-mail address, whatever its letter case."""

import uuid
from collections.abc import Iterable, Sequence

from sqlmodel import col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import GrantRow, NetworkingTable, Person, Registration, Session
from server.store import name_tags
from server.store.engine.upserts import insert_into


def address_key(email: str) -> str:
    """The form of an address that is stored and compared."""
    return email.strip().casefold()


async def with_address(db: AsyncSession, email: str) -> Person | None:
    """The person with this address."""
    return (await db.exec(select(Person).where(Person.email == address_key(email)))).first()


async def with_addresses(db: AsyncSession, emails: Iterable[str]) -> dict[str, Person]:
    """The people with these addresses, by their stored address."""
    keys = [address_key(email) for email in emails]
    found = await db.exec(select(Person).where(col(Person.email).in_(keys)))
    return {person.email: person for person in found}


async def with_ids(db: AsyncSession, ids: Iterable[uuid.UUID]) -> Sequence[Person]:
    """The people with these ids."""
    return (await db.exec(select(Person).where(col(Person.id).in_(list(ids))))).all()


async def rename(db: AsyncSession, person_id: uuid.UUID, name: str) -> None:
    """Give a person another name."""
    renaming = update(Person).where(col(Person.id) == person_id, col(Person.name) != name)
    if (await db.exec(renaming.values(name=name))).rowcount:
        await name_tags.renamed(db, person_id)


async def find_or_add(db: AsyncSession, email: str, name: str, *, synthetic: bool = False) -> Person:
    """The person with this address, added if there is none. A person who is known already keeps their name.

    Two requests at once make one person: the address is unique in the database.
    """
    new = Person(email=address_key(email), name=name, synthetic=synthetic)
    await db.exec(insert_into(db, Person).values(**new.model_dump()).on_conflict_do_nothing(index_elements=["email"]))
    return (await db.exec(select(Person).where(Person.email == new.email))).one()


async def roles_of(db: AsyncSession, person_id: uuid.UUID) -> frozenset[str]:
    """Every role that the person has in any scope, whether or not the browser was signed in strongly."""
    return frozenset(await db.exec(select(GrantRow.role).where(GrantRow.person_id == person_id)))


async def belongs_to(db: AsyncSession, person_id: uuid.UUID, event_id: uuid.UUID) -> bool:
    """True when the person has a registration at the event that is not cancelled, or any role there."""
    registered = select(Registration.id).where(
        Registration.event_id == event_id, Registration.person_id == person_id, Registration.state != "cancelled"
    )
    sessions = select(Session.id).where(Session.event_id == event_id)
    tables = select(NetworkingTable.id).where(NetworkingTable.event_id == event_id)
    here = or_(
        col(GrantRow.scope) == "installation",
        col(GrantRow.scope_id) == event_id,
        col(GrantRow.scope_id).in_(sessions),
        col(GrantRow.scope_id).in_(tables),
    )
    granted = select(GrantRow.id).where(GrantRow.person_id == person_id, here)
    return (await db.exec(select(or_(registered.exists(), granted.exists())))).one()
