"""Exporting an event: its rows, its figures, and the pseudonyms under which its people appear."""

from sqlmodel.ext.asyncio.session import AsyncSession

from server.analytics.export.telling import Telling
from server.analytics.report import report
from server.models import Event
from server.store.exports import records_of
from server.trust.pseudonyms import pseudonyms


async def telling(db: AsyncSession, event: Event, secret: bytes, *, identified: bool = False) -> Telling:
    """Everything that an export of the event needs.

    A person has one pseudonym in exports and another for their answers, so the two cannot be matched.
    """
    records = await records_of(db, event)
    return Telling(
        records=records,
        report=report(records.facts),
        person=pseudonyms(secret, event.salt, "exports"),
        respondent=pseudonyms(secret, event.salt, "exported answers"),
        identified=identified,
    )
