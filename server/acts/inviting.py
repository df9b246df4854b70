"""Inviting a speaker: they get a mail with the link to their own page."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from server.mail.occasions import EventMail
from server.models import Event, Person, Speaker
from server.web.errors import Conflict


async def invite(db: AsyncSession, event: Event, speaker: Speaker, base_url: str, now: datetime) -> None:
    """Mail a speaker the link to their own page. Raises Conflict for a speaker without a mail address."""
    person = await db.get(Person, speaker.person_id) if speaker.person_id else None
    if person is None:
        raise Conflict("No mail address is known for this speaker. Save one first.")
    await EventMail(db, event, base_url, now).speaker_invited(person)
