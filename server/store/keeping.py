"""The keeping of recordings: a stage's is followed while its session is live, and every one is checked after it."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Job, Keeping, Session
from server.store import jobs
from server.store.engine.revisions import raise_revision, session_room
from server.store.engine.upserts import insert_into

CHECK = "recording check"
"""The kind of job that checks a recording."""
NOTHING: dict[str, Any] = {
    "troubles": [],
    "stored_key": "",
    "stored": {},
    "store_away": False,
    "seconds": 0,
    "offset_ms": 0,
    "missing": [],
    "faults": [],
}
"""The columns of a recording of which nothing is known yet."""


async def note(db: AsyncSession, session_id: uuid.UUID, safe_up_to: datetime | None, troubles: Sequence[str]) -> None:
    """Note up to which moment a session is on disk, and its troubles. Nothing is written when that is known already."""
    known = await db.get(Keeping, session_id)
    if known is None and await db.get(Session, session_id) is None:
        return
    said = {"safe_up_to": safe_up_to, "troubles": list(troubles)}
    if known is not None and (known.safe_up_to, known.troubles) == (safe_up_to, said["troubles"]):
        return
    statement = insert_into(db, Keeping).values(**NOTHING | said, session_id=session_id)
    await db.exec(statement.on_conflict_do_update(index_elements=["session_id"], set_=said))
    await raise_revision(db, session_room(session_id), "kept")


async def ask_check(db: AsyncSession, session: Session, now: datetime) -> None:
    """Ask for the check of a recording, now that its session is over; of a demo's film after each showing."""
    if session.film_id:
        unchecked = {"checked_at": None}
        statement = insert_into(db, Keeping).values(**NOTHING, **unchecked, session_id=session.id)
        await db.exec(statement.on_conflict_do_update(index_elements=["session_id"], set_=unchecked))
    await jobs.ask(db, CHECK, session.id, event_id=session.event_id, now=now, again=jobs.ANY)


async def checking_of(db: AsyncSession, session_id: uuid.UUID) -> Job | None:
    """The job that checks a recording, whatever became of it."""
    return await jobs.job_of(db, CHECK, session_id)


async def check_again(db: AsyncSession, session: Session, now: datetime) -> bool:
    """Ask once more for a check that has failed; False when there is none."""
    return await jobs.ask(db, CHECK, session.id, event_id=session.event_id, now=now)


async def keepings_of(db: AsyncSession, session_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Keeping]:
    """The keeping of each of these sessions of which anything was kept."""
    found = await db.exec(select(Keeping).where(col(Keeping.session_id).in_(session_ids)))
    return {keeping.session_id: keeping for keeping in found}


async def to_be_stored(db: AsyncSession) -> list[tuple[Session, Keeping]]:
    """The sessions of which a stage has sent something. Those that are live come first: their viewers are waiting."""
    statement = (
        select(Session, Keeping)
        .join(Keeping, col(Keeping.session_id) == col(Session.id))
        .where(col(Session.film_id).is_(None))
        .order_by(col(Session.ended_at).is_not(None), col(Session.ended_at).desc())
    )
    return list((await db.exec(statement)).all())


async def note_stored(db: AsyncSession, session_id: uuid.UUID, **changes: Any) -> None:
    """Note what the object store holds of a recording; `changes` are columns of `Keeping`."""
    await db.exec(update(Keeping).where(col(Keeping.session_id) == session_id).values(**changes))
    await raise_revision(db, session_room(session_id), "kept")


async def note_check(db: AsyncSession, session_id: uuid.UUID, now: datetime, **found: Any) -> None:
    """Note the findings of the check of a recording; `found` are columns of `Keeping`."""
    await db.exec(update(Keeping).where(col(Keeping.session_id) == session_id).values(checked_at=now, **found))
    await raise_revision(db, session_room(session_id), "kept")
