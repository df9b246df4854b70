"""The bus between processes, as the console shows it."""

import msgspec

from rooms.topics.topic import LiveState


class BusState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The topic `bus` of an event's room, for the crew.

    While it is `away` this process does not hear the others, and what people see of each other may come late.
    """

    away: bool


def bus_state(room: LiveState) -> BusState:
    return BusState(room.bus_away)
