"""Remembers who was let in lately: a player asks for playlists every two seconds, and is looked up every ten."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from server.store.rights import RightsChanged

REMEMBERED_S = 10.0
"""The time for which somebody who was let in is not looked up again."""
MOST = 20_000
"""The most people remembered; the one who was let in longest ago makes room."""


class Admissions:
    """Remembers who may attend, never who may not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._until: OrderedDict[Hashable, tuple[float, object]] = OrderedDict()

    def admit(self, who: Hashable, person_id: object) -> None:
        """Let in `who`, which is this person in one of their browsers."""
        self._until[who] = self.clock() + REMEMBERED_S, person_id
        self._until.move_to_end(who)
        if len(self._until) > MOST:
            self._until.popitem(last=False)

    def knows(self, who: Hashable) -> bool:
        """True when they were let in lately."""
        return who in self._until and self._until[who][0] > self.clock()

    def forget(self, changed: RightsChanged) -> None:
        """Forget the people whose rights have changed, or everybody where an event's have."""
        if changed.events or changed.is_unknown:
            self._until.clear()
        elif changed.people:
            for who in [who for who, (_, person) in self._until.items() if person in changed.people]:
                del self._until[who]
