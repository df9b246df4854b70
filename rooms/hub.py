"""The hub of one process: its open rooms, its connections, and what the rooms must be told.

A hub answers for its own connections and hears the other processes over the bus. `beat.py` moves it through time.
"""

import asyncio
import secrets
import uuid
from collections import defaultdict
from collections.abc import Callable, Set
from contextlib import suppress
from functools import partial
from weakref import WeakValueDictionary

from rooms import meters
from rooms.bus import HOUSE, Asked, Bus, BusMessage, Hear, Listening, ProcessGone, RowChanged
from rooms.errors import Unavailable, UnknownRoom
from rooms.intake import Intake, refuse
from rooms.neighbours import Neighbours
from rooms.outlet import Frame, Outlet
from rooms.outside import Access, Journal, Rows
from rooms.protocol import Close, Denial, Denied, Hello, Playing, ReactionSend
from rooms.receivers import Connection
from rooms.room import Room
from rooms.unread import Unread

KEEP_EMPTY_MS = 60_000
"""The time for which a room without members stays open."""


class Hub:
    """All live rooms of this process.

    `epoch_ms` tells the time of day, for whatever is stored. `steady_ms` tells milliseconds of a monotonic clock, by
    which intervals are measured.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        rows: Rows,
        access: Access,
        bus: Bus,
        epoch_ms: Callable[[], int],
        steady_ms: Callable[[], int],
    ) -> None:
        self.process = secrets.token_hex(8)
        self.journal = journal
        self.rows = rows
        self.access = access
        self.bus = bus
        self.epoch_ms = epoch_ms
        self.steady_ms = steady_ms
        self.rooms: dict[str, Room] = {}
        self.connections: defaultdict[uuid.UUID, set[Connection]] = defaultdict(set)
        """The open connections of each sign-in."""
        self.intake = Intake(journal)
        self.unread = Unread()
        self.neighbours = Neighbours(self.process, bus, self.rooms)
        self.doubts = 0
        """The number of times that rights were in doubt: whoever was asked about meanwhile is asked about again."""
        self.paused = False
        """The database does not answer; every session's room says so."""
        self.bus_away = False
        """This process does not hear the others; every event's room says so to the crew."""
        self._opening: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._hearing: dict[str, Hear] = {}
        self._empty_since_ms: dict[str, int] = {}
        bus.subscribe(HOUSE, self._hear_house)

    def connect(self, person: uuid.UUID, sign_in: uuid.UUID, outlet: Outlet) -> Connection:
        """Note that a browser has connected."""
        connection = Connection(person, sign_in, outlet)
        self.connections[sign_in].add(connection)
        meters.CONNECTIONS.inc()
        return connection

    def disconnect(self, connection: Connection) -> None:
        """Note that a connection is over. A second time is without effect."""
        for name in tuple(connection.rooms):
            self._leave(self.rooms[name], connection)
        theirs = self.connections.get(connection.sign_in, set())
        if connection in theirs:
            theirs.remove(connection)
            meters.CONNECTIONS.dec()
            if not theirs:
                del self.connections[connection.sign_in]

    async def hello(self, connection: Connection, command: Hello) -> None:
        """Leave the rooms that are not named, or not as before, and enter those that are."""
        named, observed = [*command.rooms, *command.observed], set(command.observed) - set(command.rooms)
        for name in connection.rooms & (connection.observed ^ observed) | connection.rooms - set(named):
            self._leave(self.rooms[name], connection)
        connection.observed = observed
        for name in dict.fromkeys(named):
            if name not in connection.rooms:
                await self._enter(connection, name)

    async def react(self, connection: Connection, command: ReactionSend) -> None:
        """Take in a reaction; it is answered when it is stored.

        The page need not be in the session's room: a later page may ask about a reaction that was not answered.
        """
        name = f"session:{command.session}"
        try:
            if name not in connection.rooms and not await self.access.audience(connection.sign_in, name):
                return refuse(connection, command, "forbidden")
            room = await self.open(name)
        except UnknownRoom:
            return refuse(connection, command, "no-such-session")
        except Unavailable:
            return
        self._offer(connection, command, room)

    def react_here(self, connection: Connection, command: ReactionSend) -> bool:
        """Take in a reaction of a page that is in the session's room; False when `react` has to look further."""
        name = f"session:{command.session}"
        if name not in connection.rooms:
            return False
        self._offer(connection, command, self.rooms[name])
        return True

    async def play(self, connection: Connection, command: Playing) -> None:
        """Note that a page plays its session's picture or sound, or has stopped."""
        if command.room not in connection.rooms:
            return
        players = self.rooms[command.room].players
        if command.playing:
            players.add(connection)
        else:
            players.discard(connection)

    def drained(self, connection: Connection) -> None:
        """Catch up a connection that had fallen behind and takes frames again."""
        for name in connection.rooms:
            self.rooms[name].catch_up(connection)

    async def flooded(self, connection: Connection, frames: int) -> None:
        """Count what a connection sent past the hard limit in the sessions it was in, and close it."""
        for room in [self.rooms[name] for name in connection.rooms]:
            if room.is_session:
                with suppress(Unavailable):
                    dropped = await self.journal.drop(room.key, connection.person, frames, at_ms=self.epoch_ms())
                    room.raise_count(dropped)
        connection.outlet.close(Close.FLOOD)

    async def open(self, name: str) -> Room:
        """Find the room of that name; the first caller reads it from the database.

        Raises UnknownRoom, and Unavailable when the database does not answer.
        """
        async with self._opening.setdefault(name, asyncio.Lock()):
            if name not in self.rooms:
                self.rooms[name] = await self._load(name)
            return self.rooms[name]

    def headcount(self, name: str) -> int:
        """Count the people in a room, as far as this process has heard; 0 in a room that is not open."""
        return self.rooms[name].presence.count if name in self.rooms else 0

    def close_empty(self) -> None:
        """Close rooms that have been empty for `KEEP_EMPTY_MS`."""
        now_ms = self.steady_ms()
        empty = {name for name, room in self.rooms.items() if not room.members}
        self._empty_since_ms = {name: self._empty_since_ms.get(name, now_ms) for name in empty}
        for name, since_ms in self._empty_since_ms.items():
            if now_ms - since_ms >= KEEP_EMPTY_MS:
                self._close(self.rooms[name])

    async def _load(self, name: str) -> Room:
        room = Room(name, paused=self.paused, bus_away=self.bus_away)
        hear = partial(self._hear, room)
        self.bus.subscribe(name, hear)
        try:
            for topic, row in (await self.rows.load(name, room.row_topics)).items():
                room.put(topic, row)
            if room.is_session:
                room.count.raise_to(await self.journal.count(room.key))
        except BaseException:
            self.bus.unsubscribe(name, hear)
            self.neighbours.forget(name)
            raise
        self._hearing[name] = hear
        return room

    def _close(self, room: Room) -> None:
        self.bus.unsubscribe(room.name, self._hearing.pop(room.name))
        del self.rooms[room.name]
        self.unread.forget(room.name)

    def _offer(self, connection: Connection, command: ReactionSend, room: Room) -> None:
        if room.status is not None:
            self.intake.offer(connection, command, room.status, received_ms=self.epoch_ms(), now_ms=self.steady_ms())

    async def _enter(self, connection: Connection, name: str) -> None:
        doubts = self.doubts
        try:
            audience = await self.access.audience(connection.sign_in, name)
            if audience is None:
                return self._deny(connection, name, "forbidden")
            room = await self.open(name)
        except (UnknownRoom, Unavailable) as error:
            return self._deny(connection, name, error.code)
        if room.enter(connection, audience):
            self.neighbours.note_move(name)
        if doubts != self.doubts:
            self.unread.add_doubtful([connection.sign_in])

    def _leave(self, room: Room, connection: Connection) -> None:
        if room.leave(connection):
            self.neighbours.note_move(room.name)

    def _deny(self, connection: Connection, name: str, reason: Denial) -> None:
        connection.outlet.tell(Frame(Denied(name, reason)))

    def note(self, name: str, topic: str, revision: int) -> None:
        """Note the revision that a row has reached; a row that is newer than the one shown will be read."""
        room = self.rooms.get(name)
        if room and topic in room.row_topics and revision > room.revision(topic):
            self.unread.add_topic(name, topic)

    def pause(self, paused: bool) -> None:
        """Say in every room that reactions wait for the database, or no longer."""
        self.paused = paused
        for room in self.rooms.values():
            room.pause(paused)

    def miss_bus(self, away: bool) -> None:
        """Say in every room that this process does not hear the others, or hears them again."""
        self.bus_away = away
        for room in self.rooms.values():
            room.miss_bus(away)

    async def readmit(self, room: Room, among: Set[uuid.UUID] | None = None) -> None:
        """Ask for the audience of every member again, or of the sign-ins `among` them.

        Some may have to leave, others may see more or less. Raises Unavailable, UnknownRoom.
        """
        asked = {each: was for each, was in room.members.items() if among is None or each.sign_in in among}
        if not asked:
            return
        audiences = await self.access.audiences({each.sign_in for each in asked}, room.name)
        for connection, audience in asked.items():
            if room.members.get(connection) != audience:
                continue
            now_in = audiences.get(connection.sign_in)
            if now_in is None:
                self._leave(room, connection)
                self._deny(connection, room.name, "forbidden")
            elif now_in != audience:
                room.reseat(connection, now_in)

    def doubt(self, people: Set[uuid.UUID]) -> None:
        """Have the rights of these people looked up, because they have changed."""
        self.doubts += 1
        self.unread.add_doubtful(
            sign_in
            for sign_in, connections in self.connections.items()
            if any(connection.person in people for connection in connections)
        )

    def doubt_all(self) -> None:
        """Have everybody's rights looked up, because those of all at an event have changed."""
        self.doubts += 1
        self.unread.add_doubtful(self.connections)

    def suspect_sign_ins(self) -> None:
        """Have every sign-in looked up that may have ended unannounced."""
        self.unread.add_sign_ins(self.connections)

    async def end_sign_ins(self, suspected: Set[uuid.UUID]) -> None:
        """Close the connections of those sign-ins that have ended. Raises Unavailable."""
        for sign_in in await self.access.ended(suspected & self.connections.keys()):
            for connection in tuple(self.connections.get(sign_in, ())):
                connection.outlet.close(Close.SIGNED_OUT)

    async def ask_again(self, doubtful: Set[uuid.UUID]) -> None:
        """Ask for the audience of these sign-ins in each of their rooms again. Raises Unavailable."""
        theirs = [connection for each in doubtful for connection in self.connections.get(each, ())]
        for name in {name for connection in theirs for name in connection.rooms}:
            if name in self.rooms:
                with suppress(UnknownRoom):
                    await self.readmit(self.rooms[name], doubtful)

    def fail(self, room: Room) -> None:
        """End a room that met a surprise; its members come back to a fresh one."""
        for connection in tuple(room.members):
            self._leave(room, connection)
            connection.outlet.close(Close.ROOM_FAILED)
        if self.rooms.get(room.name) is room:
            self._close(room)

    def _hear_house(self, message: BusMessage) -> None:
        match message:
            case ProcessGone(process=process):
                for room in self.rooms.values():
                    room.forget(process)
            case Listening(channel=channel):
                self.neighbours.note_listening(channel)

    def _hear(self, room: Room, message: BusMessage) -> None:
        match message:
            case RowChanged():
                self.note(message.room, message.topic, message.revision)
            case Listening(channel=channel):
                self.neighbours.note_listening(channel)
            case Asked(process=process):
                self.neighbours.note_question(room.name, process)
            case _:
                room.hear(message, process=self.process, now_ms=self.steady_ms())
