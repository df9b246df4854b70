"""A topic's declaration: the shape of its state, its audiences, its source and its pace."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec

from rooms.presence import Presence
from rooms.protocol import Audience
from rooms.reactions import Count

EVERYONE = frozenset(Audience)
CREW = frozenset({Audience.CREW})
SEATED = frozenset({Audience.SEATED, Audience.CREW})


class LiveState(Protocol):
    """The state that a room knows by itself, without a row of the database."""

    presence: Presence
    count: Count
    """The stored reactions of a session; empty in any other room."""
    paused: bool
    """True while the journal does not answer, so reactions wait."""
    bus_away: bool
    """True while this process does not hear the others."""


class Topic(NamedTuple):
    """The behaviour of one topic."""

    state: type[msgspec.Struct]
    audiences: frozenset[Audience] = EVERYONE
    computed: Callable[[LiveState], msgspec.Struct] | None = None
    """Works the state out from what the room knows, whenever any of that has changed. None makes it a row topic:
    its state is read from the database whenever its revision has risen."""
    pace_ms: int = 0
    """The least time between two notices of it: an arriving crowd is counted once a second."""
    readmits: bool = False
    """True when a change of it can change who may be in the room: every member is then admitted again."""

    @property
    def is_row(self) -> bool:
        return self.computed is None
