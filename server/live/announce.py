"""The announcement of a committed transaction's changes to the rooms of every process."""

from functools import partial
from uuid import UUID

from rooms.bus import HOUSE, Bus, RowChanged, SignedOut
from server.store.engine.database import AfterCommit, Change


def through(bus: Bus) -> AfterCommit:
    """Make a hook for `Database.after_commit` that announces on this bus."""
    return partial(_tell, bus)


async def _tell(bus: Bus, changes: list[Change]) -> None:
    for room, topic, revision in changes:
        kind, _, key = room.partition(":")
        if kind == "person":
            bus.publish(HOUSE, SignedOut(UUID(key)))
        else:
            bus.publish(room, RowChanged(room, topic, revision))
