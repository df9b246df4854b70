"""Who was let in lately: a player asks for its playlists every two seconds, and is looked up every ten."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from server.store import credentials, registrations
from server.store.credentials import person_room
from server.store.engine.database import Change

REMEMBERED_S = 10.0
"""So much later at most does somebody notice here that they may no longer attend."""
MOST = 20_000
"""People remembered at once; the one who was let in longest ago makes room."""


class Admissions:
    """Remembers who may, never who may not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._until: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()

    def admit(self, who: Hashable, person_id: object) -> None:
        """`who` is this person in one of their browsers."""
        self._until[who] = self.clock() + REMEMBERED_S, person_room(person_id)
        self._until.move_to_end(who)
        if len(self._until) > MOST:
            self._until.popitem(last=False)

    def knows(self, who: Hashable) -> bool:
        return who in self._until and self._until[who][0] > self.clock()

    async def forget(self, changes: list[Change]) -> None:
        """Called after each commit: who signed out here, and all once a registration changed, are looked up anew."""
        if any(topic == registrations.TOPIC for _, topic, _ in changes):
            self._until.clear()
        if gone := {room for room, topic, _ in changes if topic == credentials.TOPIC}:
            for who in [who for who, (_, person) in self._until.items() if person in gone]:
                del self._until[who]
