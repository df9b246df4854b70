"""Who listens to which channel in this process."""

from collections.abc import Set

from rooms.bus import BusMessage, Hear


class Ears:
    """Tells within the call, in the order of subscription."""

    def __init__(self) -> None:
        self._hearing: dict[str, list[Hear]] = {}

    @property
    def channels(self) -> Set[str]:
        """Those that anybody listens to."""
        return self._hearing.keys()

    def tell(self, channel: str, message: BusMessage) -> None:
        for hear in tuple(self._hearing.get(channel, ())):
            hear(message)

    def add(self, channel: str, hear: Hear) -> None:
        self._hearing.setdefault(channel, []).append(hear)

    def remove(self, channel: str, hear: Hear) -> None:
        """Without effect when it does not listen."""
        hearing = self._hearing.get(channel, [])
        if hear in hearing:
            hearing.remove(hear)
        if not hearing:
            self._hearing.pop(channel, None)
