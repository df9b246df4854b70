"""The headcount of a room: people, not tabs, not processes."""

import msgspec

from rooms.topics.topic import LiveState


class Headcount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `headcount`: distinct people in the room now, the crew not counted."""

    count: int


def headcount(room: LiveState) -> Headcount:
    return Headcount(room.presence.count)
