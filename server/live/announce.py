"""The announcement of a committed transaction's changes to the rooms of every process."""

from functools import partial

from rooms.bus import HOUSE, Bus, RightsRaised, RowChanged
from server.store import rights
from server.store.engine.database import AfterCommit, Change


def through(bus: Bus) -> AfterCommit:
    """Make a hook for `Database.after_commit` that announces on this bus."""
    return partial(_tell, bus)


async def _tell(bus: Bus, changes: list[Change]) -> None:
    for room, topic, revision in changes:
        if topic == rights.TOPIC:
            bus.publish(HOUSE, RightsRaised(revision))
        else:
            bus.publish(room, RowChanged(room, topic, revision))
