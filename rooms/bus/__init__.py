"""How processes tell each other what changed. A message may be lost, late or repeated: none of them is the truth."""

import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from rooms.reactions import Count

HOUSE = "house"
"""The channel of what concerns no single room."""


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
    """Who came to a room in this process since it last said so, and who has left it."""

    room: str
    process: str
    came: set[uuid.UUID]
    left: set[uuid.UUID]


class PeoplePresent(msgspec.Struct, tag=True, frozen=True):
    """Everyone whom this process has in a room."""

    room: str
    process: str
    people: set[uuid.UUID]


class Asked(msgspec.Struct, tag=True, frozen=True):
    """This process has just begun to hear of a room: the others shall state whom they have in it."""

    room: str
    process: str


class ProcessGone(msgspec.Struct, tag=True, frozen=True):
    """This process ends properly, and has nobody any more."""

    process: str


class SignedOut(msgspec.Struct, tag=True, frozen=True):
    """Some browser of this person is signed out; which, the database says."""

    person: uuid.UUID


class Listening(msgspec.Struct, tag=True, frozen=True):
    """From now on the channel is heard; what was said before may have been missed. Never sent: a bus tells its own."""

    channel: str


BusMessage = RowChanged | Counted | Moved | PeoplePresent | Asked | ProcessGone | SignedOut | Listening
Hear = Callable[[BusMessage], None]


class Bus(Protocol):
    """One channel per room, named like it, and the house's. No call waits."""

    @property
    def is_whole(self) -> bool:
        """Whether this process hears the others."""

    def publish(self, channel: str, message: BusMessage) -> None:
        """Tell every subscriber of the channel in every process, this one included."""

    def subscribe(self, channel: str, hear: Hear) -> None:
        """Call `hear` with Listening as soon as the channel is heard, and with each message from then on.

        After a time without connection it is told Listening again. Hearing must not publish.
        """

    def unsubscribe(self, channel: str, hear: Hear) -> None:
        """Stop; without effect when not subscribed."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Messages cross between processes for as long as the context is open. It opens without the others, too."""
