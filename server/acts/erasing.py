"""Erasing oneself: who may, and that everything that tells who they are goes."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from server.rules.permissions import CREW
from server.store import erasure, people, security_log
from server.store.security_log import Subject
from server.web.errors import Conflict


async def must_be_free(db: AsyncSession, person_id: UUID) -> None:
    """Raises Conflict for a person with a role of the crew at any event: without them nobody might run it."""
    if await people.roles_of(db, person_id) & CREW:
        raise Conflict("You help to run an event here. Ask an organiser to take your role away first, then come back.")


async def erase(db: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Erase a person at every event; counts stay, under a random id. Raises Conflict for the crew."""
    await must_be_free(db, person_id)
    security_log.note(db, "data.erase", Subject("person", person_id))
    await erasure.erase(db, person_id, now)
