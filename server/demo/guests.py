"""The three people whose join links the demo prints: a delegate, the speaker who is live now, an organiser.

Whoever opens a link acts as that person, so the three are not synthetic, and their actions count in the figures.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from server.demo.agenda import Cast
from server.demo.script import Script
from server.models import Event, Speaker
from server.store import announcements, join_links, organisers, people, registrations, speakers
from server.store.engine.database import Database

ROLES = ("delegate", "speaker", "organiser")
"""The roles in the order in which their links are printed."""
DELEGATE, ORGANISER = "Robin Meadows", "Morgan Field"
"""Names of two of the people; the script names the speaker."""
SPEAKER = "heart-nurse"
"""The speaker's slug in the script."""


async def invite(db: AsyncSession, event: Event, script: Script, cast: Cast, now: datetime) -> None:
    """Make the three people, give each a role, and send the organiser's first announcement; all of it only once."""
    delegate = await people.find_or_add(db, address("delegate"), DELEGATE)
    details = registrations.Details(
        organisation="A hospital trust", sector="NHS", place="Chelmsford", job_role="Nurse", directory=True
    )
    await registrations.add(db, event, delegate, details, "A colleague", now, is_here=True)
    await registrations.admit(db, event.id, now)
    speaker = await db.get_one(Speaker, cast.speakers[SPEAKER])
    if speaker.person_id is None:
        await speakers.change(db, speaker, address("speaker"))
    organiser = await people.find_or_add(db, address("organiser"), ORGANISER)
    await organisers.grant(db, organiser.id, "organiser", "installation", None)
    if not await announcements.recent(db, event.id):
        await announcements.send(db, event.id, organiser.id, script.event.announcement)


async def new_links(database: Database, event: Event) -> Mapping[str, str]:
    """The token of a new join link for each role, in the order in which they are printed."""
    tokens: dict[str, str] = {}
    async with database.writing() as db:
        for role in ROLES:
            person = await people.with_address(db, address(role))
            if person is None:
                raise LookupError(f"the demo's {role} has not been invited")
            tokens[role] = await join_links.create(db, person, event, strong=role == "organiser")
    return tokens


def address(role: str) -> str:
    """The mail address of a role. Mail to `.invalid` never reaches anybody (RFC 2606)."""
    return f"{role}@demo.invalid"
