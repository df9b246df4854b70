"""Several processes simulated over one real database: hubs whose bus loses, delays, repeats and reorders."""

import random
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from rooms.beat import Beat
from rooms.bus import BusMessage, Hear, Listening
from rooms.bus.ears import Ears
from rooms.hub import Hub
from rooms.protocol import Hello, Refused, Taken
from rooms.receivers import Connection
from server.live.access import SqlAccess
from server.live.announce import through
from server.live.journal import SqlJournal
from server.live.rows import SqlRows
from server.store.engine.database import Database
from tests.rooms.fakes import Clock, Listener, a_reaction


class Network:
    """The network between the processes."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self.cut = False
        """True while everything that is sent is lost."""

    def carry(self, sender: "Wire", channel: str, message: BusMessage) -> None:
        for wire in self.wires:
            if wire is not sender and not self.cut:
                wire.arrived.append((channel, message))


class Wire:
    """One process's end of the bus: messages of the others wait until they are delivered."""

    is_whole = True

    def __init__(self, network: Network) -> None:
        self.network = network
        self.arrived: list[tuple[str, BusMessage]] = []
        self._ears = Ears()
        network.wires.append(self)

    def publish(self, channel: str, message: BusMessage) -> None:
        self._ears.tell(channel, message)
        self.network.carry(self, channel, message)

    def subscribe(self, channel: str, hear: Hear) -> None:
        self._ears.add(channel, hear)
        hear(Listening(channel))

    def unsubscribe(self, channel: str, hear: Hear) -> None:
        self._ears.remove(channel, hear)

    def deliver(self, arrange: Callable[[list[tuple[str, BusMessage]]], list[tuple[str, BusMessage]]] = list) -> None:
        """Hear the messages that have arrived, in the order in which they are arranged."""
        arrived, self.arrived = arrange(self.arrived), []
        for channel, message in arrived:
            self._ears.tell(channel, message)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield


class Process:
    """A web process without its edge: its hub over the real journal, rows and access, stepped by hand."""

    def __init__(self, database: Database, network: Network, clock: Clock) -> None:
        self.database, self.network, self.clock = database, network, clock
        self.wire = Wire(network)
        self.tell = through(self.wire)
        self.hub = Hub(
            journal=SqlJournal(database),
            rows=SqlRows(database),
            access=SqlAccess(database),
            bus=self.wire,
            epoch_ms=clock.epoch_ms,
            steady_ms=clock.steady_ms,
        )
        self.beat = Beat(self.hub)

    async def step(self) -> None:
        """Take every step of the process once."""
        await self.beat.commit()
        await self.beat.look()
        await self.beat.attend()
        await self.beat.read()
        self.beat.tick()

    async def die(self, *, in_a_commit: bool) -> "Process":
        """Die, perhaps after a commit and before its answers. Returns the process that replaces it."""
        if in_a_commit and (waiting := self.hub.intake.inbox.take(1_000)):
            await self.hub.journal.store(waiting)
        self.network.wires.remove(self.wire)
        return Process(self.database, self.network, self.clock)


class Client:
    """A page that keeps unanswered reactions, and asks again at the process to which it comes back."""

    def __init__(self, person: uuid.UUID, sign_in: uuid.UUID, rooms: list[str]) -> None:
        self.person, self.sign_in, self.rooms = person, sign_in, rooms
        self.sender = f"{random.getrandbits(64):016x}"
        self.sent: dict[int, str] = {}
        self.answers: dict[int, str] = {}
        self.process: Process | None = None
        self.listener = Listener()
        self.connection: Connection | None = None
        self._read = 0

    async def come(self, process: Process) -> None:
        """Open a line to a process, be welcomed, and ask about reactions that are not answered."""
        self.go()
        self.process, self.listener, self._read = process, Listener(), 0
        self.connection = process.hub.connect(self.person, self.sign_in, self.listener)
        await process.hub.hello(self.connection, Hello(self.rooms))
        for n in self.sent.keys() - self.answers.keys():
            await self.ask(n)

    async def clap(self, emoji: str) -> None:
        self.sent[len(self.sent) + 1] = emoji
        await self.ask(len(self.sent))

    async def ask(self, n: int) -> None:
        """Send a reaction, perhaps not for the first time. It is lost while the page is away."""
        if self.process and self.connection and self.process.wire in self.process.network.wires:
            session = next(room for room in self.rooms if room.startswith("session:"))
            command = a_reaction(session, n, sender=self.sender, emoji=self.sent[n], at=self.process.clock.epoch_ms())
            await self.process.hub.react(self.connection, command)

    def hear(self) -> None:
        """Take in the answers, and check that an answer never changes."""
        for notice in self.listener.notices[self._read :]:
            if isinstance(notice, Taken | Refused) and notice.sender == self.sender:
                outcome = notice.reason if isinstance(notice, Refused) else "accepted"
                assert self.answers.setdefault(notice.n, outcome) == outcome
        self._read = len(self.listener.frames)

    def go(self) -> None:
        """Lose the line. A process that died has no line any more."""
        if self.process and self.connection and self.process.wire in self.process.network.wires:
            self.hear()
            self.process.hub.disconnect(self.connection)
        self.process = self.connection = None

    def stall(self, deaf: bool) -> None:
        """Take no shared frame, or all of them again."""
        self.listener.deaf = deaf
        if not deaf and self.process and self.connection:
            self.process.hub.drained(self.connection)

    def shown(self) -> dict[str, dict[str, object]]:
        """The state of each room as the page shows it."""
        return {room: self.listener.shown(room) for room in self.rooms}


def now_of(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.epoch_ms() / 1000, UTC)
