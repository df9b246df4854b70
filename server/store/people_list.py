"""The organiser's list of registrations, searched by a word and by their state, in pages."""

import uuid
from typing import NamedTuple

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.models import Person, Registration

PAGE = 50
"""Registrations on one page."""


class ListedRegistration(NamedTuple):
    """A registration and its person."""

    registration: Registration
    person: Person


async def listed(
    db: AsyncSession, event_id: uuid.UUID, *, word: str = "", state: str = "", page: int = 1
) -> tuple[list[ListedRegistration], int]:
    """One page of the registrations that match, the newest first, and the number of all that match.

    The waiting list is in the order of waiting instead: the next person comes first.
    """
    found = _matching(event_id, word, state)
    total = (await db.exec(select(func.count()).select_from(found.subquery()))).one()
    order = col(Registration.created_at)
    ids = found.order_by(order if state == "waitlisted" else order.desc(), col(Registration.id))
    statement = (
        select(Registration, Person)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(col(Registration.id).in_(ids.offset((page - 1) * PAGE).limit(PAGE)))
        .order_by(order if state == "waitlisted" else order.desc(), col(Registration.id))
    )
    return [ListedRegistration(*row) for row in await db.exec(statement)], total


def _matching(event_id: uuid.UUID, word: str, state: str) -> SelectOfScalar[uuid.UUID]:
    statement = (
        select(Registration.id)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(Registration.event_id == event_id)
    )
    if state:
        statement = statement.where(Registration.state == state)
    if word:
        columns = (Person.name, Person.email, Registration.organisation)
        statement = statement.where(
            or_(*(func.lower(col(column)).contains(word.lower(), autoescape=True) for column in columns))
        )
    return statement
