"""The rows and sign-ins that a process must read from the database again. Reads nothing itself."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class ToRead(NamedTuple):
    """Row topics by room that are newer than those shown, sign-ins that may have ended, and those in doubt."""

    topics: dict[str, set[str]]
    sign_ins: set[uuid.UUID]
    doubtful: set[uuid.UUID]
    """Sign-ins whose person's rights have changed."""


class Unread:
    """Gathers what is to be read and wakes the reader, who takes all of it at once."""

    def __init__(self) -> None:
        self._topics: defaultdict[str, set[str]] = defaultdict(set)
        self._sign_ins: set[uuid.UUID] = set()
        self._doubtful: set[uuid.UUID] = set()
        self._is_any = asyncio.Event()

    @property
    def is_any(self) -> bool:
        """True when the reader has been woken and has not taken anything yet."""
        return self._is_any.is_set()

    async def wait(self) -> None:
        """Wait until there is something to read."""
        await self._is_any.wait()

    def add_topic(self, room: str, topic: str) -> None:
        """Have a topic of a room read."""
        self._topics[room].add(topic)
        self._is_any.set()

    def add_sign_ins(self, sign_ins: Iterable[uuid.UUID]) -> None:
        """Have these sign-ins looked up."""
        self._sign_ins.update(sign_ins)
        if self._sign_ins:
            self._is_any.set()

    def add_doubtful(self, sign_ins: Iterable[uuid.UUID]) -> None:
        """Have it looked up whether these sign-ins have ended, and what their person may still see."""
        self._doubtful.update(sign_ins)
        self.add_sign_ins(self._doubtful)

    def put_back(self, taken: ToRead) -> None:
        """Keep sign-ins that could not be looked up for the next reading, without waking the reader."""
        self._sign_ins |= taken.sign_ins
        self._doubtful |= taken.doubtful

    def try_again(self) -> None:
        """Wake the reader if anything was put back."""
        if self._sign_ins or self._doubtful:
            self._is_any.set()

    def forget(self, room: str) -> None:
        """Forget the topics of a room that is closed."""
        self._topics.pop(room, None)

    def take(self) -> ToRead:
        taken = ToRead(dict(self._topics), self._sign_ins, self._doubtful)
        self._topics, self._sign_ins, self._doubtful = defaultdict(set), set(), set()
        self._is_any.clear()
        return taken
