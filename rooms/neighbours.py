"""The other processes: what they are told of the people in this one, and asked about those in theirs."""

from collections.abc import Mapping

from rooms.bus import HOUSE, Asked, Bus, Moved, PeoplePresent, ProcessGone
from rooms.room import Room


class Neighbours:
    """Notes what is to be said, and says it on the bus once a tick, since hearing must not publish."""

    def __init__(self, process: str, bus: Bus, rooms: Mapping[str, Room]) -> None:
        self.process = process
        self._bus = bus
        self._rooms = rooms
        self._moved: set[str] = set()
        """The rooms that people came to or left."""
        self._unheard: set[str] = set()
        """The channels newly heard: whatever was said on them before was missed."""
        self._unstated: set[str] = set()
        """The rooms of which another process asked whom this one has in them."""

    def note_move(self, room: str) -> None:
        """Somebody came to a room or left it."""
        self._moved.add(room)

    def note_listening(self, channel: str) -> None:
        """A channel is heard from now on."""
        self._unheard.add(channel)

    def note_question(self, room: str, process: str) -> None:
        """A process asked whom the others have in a room."""
        if process != self.process:
            self._unstated.add(room)

    def forget(self, room: str) -> None:
        """A room could not be opened after all."""
        self._unheard.discard(room)

    def settle(self) -> bool:
        """Say who came and left, and whom this process has where another cannot know it. Ask in rooms newly heard.

        True when the house's channel is newly heard: whatever this process has heard of the others may be out of date.
        """
        unheard = self._unheard & {HOUSE, *self._rooms}
        self._unheard -= unheard
        unstated, self._unstated = self._unstated | unheard, set()
        moved, self._moved = self._moved - unstated, set()
        for name in unheard - {HOUSE}:
            self._bus.publish(name, Asked(name, self.process))
        for name in unstated & self._rooms.keys():
            self._state(name)
        for name in moved & self._rooms.keys():
            self._bus.publish(name, Moved(name, self.process, *self._rooms[name].presence.take_moves()))
        return HOUSE in unheard

    def state_all(self) -> None:
        """State everyone in every room: the lease on this process's people begins anew."""
        for name in self._rooms:
            self._state(name)

    def say_goodbye(self) -> None:
        """This process has nobody any more."""
        self._bus.publish(HOUSE, ProcessGone(self.process))

    def _state(self, name: str) -> None:
        self._bus.publish(name, PeoplePresent(name, self.process, self._rooms[name].presence.state()))
