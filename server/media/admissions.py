"""Who was let in lately: a player asks for its playlists every two seconds, and is looked up every ten."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from server.store.database import Change

REMEMBERED_S = 10.0
"""So much later at most does somebody notice here that they may no longer attend."""
MOST = 20_000
"""People remembered at once; the one who was let in longest ago makes room."""


class Admissions:
    """Remembers who may, never who may not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._until: OrderedDict[Hashable, float] = OrderedDict()

    def admit(self, who: Hashable) -> None:
        self._until[who] = self.clock() + REMEMBERED_S
        self._until.move_to_end(who)
        if len(self._until) > MOST:
            self._until.popitem(last=False)

    def knows(self, who: Hashable) -> bool:
        return self._until.get(who, 0.0) > self.clock()

    async def forget(self, changes: list[Change]) -> None:
        """Called after each commit: after a registration changed here, everybody is looked up anew."""
        if any(topic == "registrations" for _, topic, _ in changes):
            self._until.clear()
