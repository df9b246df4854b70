"""Places that are held: claiming one by coming in, and releasing those that nobody has claimed in time."""

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from server.acts import registering
from server.mail.occasions import EventMail
from server.models import Event, Person
from server.rules.openness import takes_registrations
from server.store import people, registrations
from server.store.engine.database import Database

EVERY_S = 1.0


async def claim(db: AsyncSession, event: Event, person: Person, base_url: str, now: datetime) -> None:
    """Confirm the place that is held for a person, who has come in now.

    A person whose place was released queues for another one: it is theirs at once while any is free.
    """
    if await registrations.claim(db, event.id, person.id, now) or not takes_registrations(event, now):
        return
    if await registrations.queue_again(db, event.id, person.id, now):
        await EventMail(db, event, base_url, now).places_given(await registrations.admit(db, event.id, now), person)


async def release_due(app: Starlette) -> datetime | None:
    """A duty: release the places that are overdue; the moment at which the next is due, None while there is none."""
    return await release(app.state.db, app.state.settings.base_url, datetime.now(UTC))


async def release(database: Database, base_url: str, now: datetime) -> datetime | None:
    """Release the places that nobody has claimed in time, and give them to those who wait.

    Each place is released by one conditional write, so any number of processes may look at once. Returns the moment
    at which the next place was due before that.
    """
    async with database.reading() as db:
        due = await registrations.next_release(db)
        overdue = await registrations.events_overdue(db, now) if due is not None and due <= now else []
    for event in overdue:
        async with database.writing() as db:
            released = await registrations.release_overdue(db, event.id, now)
            if takes_registrations(event, now):
                mail = EventMail(db, event, base_url, now)
                owners = {
                    person.id: person for person in await people.with_ids(db, [row.person_id for row in released])
                }
                for row in released:
                    if owner := owners.get(row.person_id):
                        await mail.released(owner, row)
            await registering.admit(db, event, base_url, now)
    return due
