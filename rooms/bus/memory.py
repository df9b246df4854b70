"""The bus of a single process."""

from collections import defaultdict

from rooms.bus import Hear, Listening, Message


class MemoryBus:
    """Delivers within the call, in the order of subscription."""

    is_whole = True

    def __init__(self) -> None:
        self._channels: defaultdict[str, list[Hear]] = defaultdict(list)

    def publish(self, channel: str, message: Message) -> None:
        for hear in tuple(self._channels.get(channel, ())):
            hear(message)

    def subscribe(self, channel: str, hear: Hear) -> None:
        self._channels[channel].append(hear)
        hear(Listening(channel))

    def unsubscribe(self, channel: str, hear: Hear) -> None:
        if hear in self._channels.get(channel, ()):
            self._channels[channel].remove(hear)
        if not self._channels.get(channel):
            self._channels.pop(channel, None)
