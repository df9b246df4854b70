"""The subscribers of each channel in this process."""

from collections.abc import Set

from rooms.bus import BusMessage, Hear


class Ears:
    """Calls subscribers at once, in the order of subscription."""

    def __init__(self) -> None:
        self._hearing: dict[str, list[Hear]] = {}

    @property
    def channels(self) -> Set[str]:
        """The channels that have a subscriber."""
        return self._hearing.keys()

    def tell(self, channel: str, message: BusMessage) -> None:
        for hear in tuple(self._hearing.get(channel, ())):
            hear(message)

    def add(self, channel: str, hear: Hear) -> None:
        self._hearing.setdefault(channel, []).append(hear)

    def remove(self, channel: str, hear: Hear) -> None:
        """Remove a subscriber; without effect when it is none."""
        hearing = self._hearing.get(channel, [])
        if hear in hearing:
            hearing.remove(hear)
        if not hearing:
            self._hearing.pop(channel, None)
