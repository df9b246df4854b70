"""The bus of a single process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms.bus import BusMessage, Hear, Listening
from rooms.bus.ears import Ears


class MemoryBus:
    """Delivers each message within the call that publishes it."""

    is_whole = True

    def __init__(self) -> None:
        self._ears = Ears()

    def publish(self, channel: str, message: BusMessage) -> None:
        self._ears.tell(channel, message)

    def subscribe(self, channel: str, hear: Hear) -> None:
        self._ears.add(channel, hear)
        hear(Listening(channel))

    def unsubscribe(self, channel: str, hear: Hear) -> None:
        self._ears.remove(channel, hear)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield
