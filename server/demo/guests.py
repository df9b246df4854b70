"""The three people whose join links the demo prints: a delegate, the speaker who is live now, an organiser.

They are played by whoever opens the links, so they are not synthetic and what they do counts.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.demo.agenda import Cast
from server.demo.script import Script
from server.models import Event, Grant, NetworkingTable, Person, Speaker
from server.store import announcements, join_links, people, registrations
from server.store.database import Database

NAMES = {"delegate": "Robin Meadows", "speaker": "", "organiser": "Morgan Field"}
"""By role; the speaker has the name of their part."""
SPEAKER = "heart-nurse"


async def invite(db: AsyncSession, event: Event, script: Script, cast: Cast, now: datetime) -> None:
    """Make the three people and give each their role; once only, and the organiser's first announcement with it."""
    delegate = await people.find_or_add(db, address("delegate"), NAMES["delegate"])
    details = registrations.Details(
        organisation="A hospital trust", sector="NHS", place="Chelmsford", job_role="Nurse", directory=True
    )
    await registrations.add(db, event, delegate, details, "A colleague", now)
    await registrations.admit(db, event.id, now)
    speaker = await _speaker(db, cast)
    await _grant(db, speaker, "speaker", "event", event.id)
    for table_id in await db.exec(
        select(NetworkingTable.id).where(NetworkingTable.speaker_id == cast.speakers[SPEAKER])
    ):
        await _grant(db, speaker, "host", "table", table_id)
    organiser = await people.find_or_add(db, address("organiser"), NAMES["organiser"])
    await _grant(db, organiser, "organiser", "installation", None)
    if not await announcements.recent(db, event.id):
        await announcements.send(db, event.id, organiser.id, script.event.announcement)


async def new_links(database: Database, event: Event) -> Mapping[str, str]:
    """The token of a fresh join link for each role, in the order in which they are printed."""
    tokens: dict[str, str] = {}
    async with database.writing() as db:
        for role in NAMES:
            person = await people.with_address(db, address(role))
            if person is None:
                raise LookupError(f"the demo's {role} has not been invited")
            tokens[role] = await join_links.create(db, person, event, strong=role == "organiser")
    return tokens


def address(role: str) -> str:
    """Where the mail of a role would go; `.invalid` never reaches anybody (RFC 2606)."""
    return f"{role}@demo.invalid"


async def _speaker(db: AsyncSession, cast: Cast) -> Person:
    speaker = await db.get_one(Speaker, cast.speakers[SPEAKER])
    person = await people.find_or_add(db, address("speaker"), speaker.name)
    speaker.person_id = person.id
    return person


async def _grant(db: AsyncSession, person: Person, role: str, scope: str, scope_id: uuid.UUID | None) -> None:
    """Give a role once: the constraint cannot hold it where the scope has no id."""
    held = select(Grant.id).where(
        Grant.person_id == person.id, Grant.role == role, Grant.scope == scope, col(Grant.scope_id) == scope_id
    )
    if (await db.exec(held)).first() is None:
        db.add(Grant(person_id=person.id, role=role, scope=scope, scope_id=scope_id))
