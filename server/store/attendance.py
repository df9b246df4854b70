"""Attendance as facts: one row per person and stay, which grows while the person stays."""

from collections.abc import Collection

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.attendance import Stay
from server.models import Attendance
from server.store.engine.upserts import insert_into
from server.store.reactions import datetime_of


async def extend(db: AsyncSession, stays: Collection[Stay]) -> None:
    """Write the stays that are new and lengthen the others, in one statement. None is ever shortened.

    Raises IntegrityError when a session is gone: then the transaction must be undone.
    """
    rows = [
        {
            "id": stay.id,
            "session_id": stay.session,
            "person_id": stay.person,
            "wave": "live",
            "started_at": datetime_of(stay.started_ms),
            "seen_at": datetime_of(stay.seen_ms),
        }
        for stay in stays
    ]
    written = insert_into(db, Attendance)
    seen = written.excluded.seen_at
    connection = await db.connection()
    await connection.execute(
        written.on_conflict_do_update(
            index_elements=["id"], set_={"seen_at": seen}, where=col(Attendance.seen_at) < seen
        ),
        rows,
    )
