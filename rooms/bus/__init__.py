"""The bus, by which processes tell each other of changes. Any message may be lost, late or repeated."""

import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from rooms.reactions import Count

HOUSE = "house"
"""The channel of messages that concern no single room."""


class RowChanged(msgspec.Struct, tag=True, frozen=True):
    """A row topic of a room has reached this revision."""

    room: str
    topic: str
    revision: int


class Counted(msgspec.Struct, tag=True, frozen=True):
    """A commit left these numbers."""

    room: str
    count: Count


class Moved(msgspec.Struct, tag=True, frozen=True):
    """The people who came to a room in a process since it last said so, and those who left."""

    room: str
    process: str
    came: set[uuid.UUID]
    left: set[uuid.UUID]


class PeoplePresent(msgspec.Struct, tag=True, frozen=True):
    """All people whom a process has in a room."""

    room: str
    process: str
    people: set[uuid.UUID]


class Asked(msgspec.Struct, tag=True, frozen=True):
    """A process has just begun to hear of a room, and asks the others to state their people in it."""

    room: str
    process: str


class ProcessGone(msgspec.Struct, tag=True, frozen=True):
    """A process ends, and has nobody any more."""

    process: str


class RightsRaised(msgspec.Struct, tag=True, frozen=True):
    """Somebody's rights have changed, up to this revision; the database knows whose."""

    revision: int


class Listening(msgspec.Struct, tag=True, frozen=True):
    """A channel is heard from now on; earlier messages may have been missed. A bus tells only its own subscribers."""

    channel: str


BusMessage = RowChanged | Counted | Moved | PeoplePresent | Asked | ProcessGone | RightsRaised | Listening
Hear = Callable[[BusMessage], None]


class Bus(Protocol):
    """One channel per room, named like it, and the house's. No call waits."""

    @property
    def is_whole(self) -> bool:
        """True while this process hears the others."""

    def publish(self, channel: str, message: BusMessage) -> None:
        """Tell every subscriber of the channel in every process, this one included."""

    def subscribe(self, channel: str, hear: Hear) -> None:
        """Call `hear` with Listening as soon as the channel is heard, and with each message from then on.

        After an interruption `hear` is called with Listening again. It must not publish.
        """

    def unsubscribe(self, channel: str, hear: Hear) -> None:
        """Stop calling `hear`; without effect when it was not subscribed."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Carry messages between processes while the context is open. It opens even when no other process is heard."""
