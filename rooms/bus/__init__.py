"""How processes tell each other what changed. A message may be lost, late or repeated: none of them is the truth."""

import uuid
from collections.abc import Callable
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
    """A person came to a room in this process, or has left it."""

    room: str
    process: str
    person: uuid.UUID
    present: bool


class Present(msgspec.Struct, tag=True, frozen=True):
    """Everyone whom this process has in a room."""

    room: str
    process: str
    people: set[uuid.UUID]


class SignedOut(msgspec.Struct, tag=True, frozen=True):
    """Some browser of this person is signed out; which, the database says."""

    person: uuid.UUID


Message = RowChanged | Counted | Moved | Present | SignedOut
Hear = Callable[[Message], None]


class Bus(Protocol):
    """One channel per room, named like it, and the house's. No call waits."""

    def publish(self, channel: str, message: Message) -> None:
        """Tell every subscriber of the channel in every process, this one included."""

    def subscribe(self, channel: str, hear: Hear) -> None:
        """Call `hear` with each message from now on. Hearing must not publish."""

    def unsubscribe(self, channel: str, hear: Hear) -> None:
        """Stop; without effect when not subscribed."""
