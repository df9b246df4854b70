"""The stretches of recordings that people have watched. Each is stored once, and grows."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import case, col
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import WatchInterval
from server.store.engine.upserts import insert_into


class WatchedStretch(NamedTuple):
    """A stretch between two seconds of the film (see `rooms.playback.cuts`), played at one speed; `n`th of its page."""

    n: int
    begins: float
    ends: float
    speed: float


async def keep(
    db: AsyncSession,
    person_id: uuid.UUID,
    session_id: uuid.UUID,
    sender: str,
    stretches: Sequence[WatchedStretch],
    now: datetime,
) -> None:
    """Write the stretches that are new and lengthen the others. A repeat changes nothing; none is ever shortened."""
    if not stretches:
        return
    about = {"person_id": person_id, "session_id": session_id, "sender": sender, "began_at": now, "seen_at": now}
    written = insert_into(db, WatchInterval)
    ends = written.excluded.ends
    longer = case((col(WatchInterval.ends) > ends, col(WatchInterval.ends)), else_=ends)
    connection = await db.connection()
    await connection.execute(
        written.on_conflict_do_update(
            index_elements=["person_id", "sender", "n"],
            set_={"ends": longer, "seen_at": now},
            where=col(WatchInterval.session_id) == session_id,
        ),
        [{**about, **stretch._asdict()} for stretch in stretches],
    )
