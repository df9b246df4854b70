"""What a process must read from the database again: rows newer than those shown, and sign-ins that may have ended."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class ToRead(NamedTuple):
    """Row topics by room, and sign-ins."""

    topics: dict[str, set[str]]
    sign_ins: set[uuid.UUID]


class Unread:
    """Gathers what is to be read, and wakes the reader. Whoever takes it must read it."""

    def __init__(self) -> None:
        self._topics: defaultdict[str, set[str]] = defaultdict(set)
        self._sign_ins: set[uuid.UUID] = set()
        self._is_any = asyncio.Event()

    @property
    def is_any(self) -> bool:
        """True when the reader has been woken and has not come yet."""
        return self._is_any.is_set()

    async def wait(self) -> None:
        await self._is_any.wait()

    def add_topic(self, room: str, topic: str) -> None:
        """A room's row is known to be newer than the one shown."""
        self._topics[room].add(topic)
        self._is_any.set()

    def add_sign_ins(self, sign_ins: Iterable[uuid.UUID]) -> None:
        """Some of these sign-ins may have ended."""
        self._sign_ins.update(sign_ins)
        if self._sign_ins:
            self._is_any.set()

    def put_back(self, sign_ins: Iterable[uuid.UUID]) -> None:
        """These could not be asked about now: they are with the next, for which alone the reader is woken."""
        self._sign_ins.update(sign_ins)

    def forget(self, room: str) -> None:
        """A room is closed."""
        self._topics.pop(room, None)

    def take(self) -> ToRead:
        taken = ToRead(dict(self._topics), self._sign_ins)
        self._topics, self._sign_ins = defaultdict(set), set()
        self._is_any.clear()
        return taken
