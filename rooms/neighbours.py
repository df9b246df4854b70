"""The exchange with the other processes about the people in each room. Hears nothing itself."""

from collections.abc import Mapping

from rooms.bus import HOUSE, Asked, Bus, Moved, PeoplePresent, ProcessGone
from rooms.room import Room


class Neighbours:
    """Gathers what is to be said and says it once a tick, because whoever hears a message must not publish."""

    def __init__(self, process: str, bus: Bus, rooms: Mapping[str, Room]) -> None:
        self.process = process
        self._bus = bus
        self._rooms = rooms
        self._moved: set[str] = set()
        """The rooms that people came to or left."""
        self._unheard: set[str] = set()
        """The channels newly heard: earlier messages on them were missed."""
        self._unstated: set[str] = set()
        """The rooms whose people another process asked for."""

    def note_move(self, room: str) -> None:
        """Note that somebody came to a room or left it."""
        self._moved.add(room)

    def note_listening(self, channel: str) -> None:
        """Note that a channel is heard from now on."""
        self._unheard.add(channel)

    def note_question(self, room: str, process: str) -> None:
        """Note that a process asked the others for their people in a room."""
        if process != self.process:
            self._unstated.add(room)

    def forget(self, room: str) -> None:
        """Forget a room that could not be opened."""
        self._unheard.discard(room)

    def settle(self) -> bool:
        """Publish who came and left, state the people where a process asked, and ask in rooms that are newly heard.

        True when the house's channel is newly heard: everything heard from the others before may be out of date.
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
        """State the people of every room, which renews their lease."""
        for name in self._rooms:
            self._state(name)

    def say_goodbye(self) -> None:
        """Say that this process has nobody any more."""
        self._bus.publish(HOUSE, ProcessGone(self.process))

    def _state(self, name: str) -> None:
        self._bus.publish(name, PeoplePresent(name, self.process, self._rooms[name].presence.state()))
