"""One room: its members by audience, its topics, and the frames that say what changed. Told the time."""

import secrets
import uuid
from collections.abc import Iterator

import msgspec

from rooms import meters
from rooms.bus import BusMessage, Counted, Moved, PeoplePresent
from rooms.outlet import Frame
from rooms.outside import Row
from rooms.presence import Presence
from rooms.protocol import Audience, Changed, Welcome, encoder
from rooms.reactions import Count
from rooms.receivers import Connection, Receivers
from rooms.session import Status
from rooms.topics import TOPICS

STILL_HERE_MS = 4_000
"""The longest silence of a room: then it says that nothing has changed, so that pages notice a dead line."""
COUNTED = frozenset({Audience.DELEGATES, Audience.SEATED})
"""The audiences whose people are the headcount; the others are at work."""


class Room:
    """A live place. `seq` grows with every publication under a random `epoch`, in this process alone."""

    def __init__(self, name: str, *, paused: bool = False, bus_away: bool = False) -> None:
        self.name = name
        kind, _, key = name.partition(":")
        self.key = uuid.UUID(key)
        self.is_session = kind == "session"
        self.topics = TOPICS[kind]
        self.row_topics = [name for name, topic in self.topics.items() if topic.is_row]
        self.epoch = secrets.token_hex(8)
        self.seq = 0
        self.members: dict[Connection, Audience] = {}
        self.players: set[Connection] = set()
        """The members whose page plays the session's picture or sound."""
        self.presence = Presence()
        self.count = Count()
        self.status: Status | None = None
        """The session's state, in a session's room."""
        self.paused = paused
        self.bus_away = bus_away
        self._rows: dict[str, Row] = {}
        self._encoded: dict[str, msgspec.Raw] = {}
        self._computed = self.topics.keys() - set(self.row_topics)
        self._changed: set[str] = set(self.topics)
        self._not_before_ms: dict[str, int] = {}
        self._active = {audience: Receivers() for audience in Audience}
        self._welcomes: dict[Audience, Frame] = {}
        self._spoke_at_ms: dict[Audience, int] = {}
        """The last time at which each audience was told something, milliseconds of the monotonic clock."""

    def revision(self, topic: str) -> int:
        """The revision of the row that is shown; -1 before the first."""
        return self._rows[topic].revision if topic in self._rows else -1

    def put(self, topic: str, row: Row) -> None:
        """Show a row's state, unless a newer one is shown already."""
        if row.revision >= self.revision(topic):
            self._rows[topic] = row
            self._changed.add(topic)
            if isinstance(row.state, Status):
                self.status = row.state

    def touch(self) -> None:
        """Have each computed topic worked out anew when it is due: something that the room knows has changed."""
        self._changed |= self._computed

    def pause(self, paused: bool) -> None:
        """Say that reactions wait for the database, or no longer."""
        self.paused = paused
        self.touch()

    def miss_bus(self, away: bool) -> None:
        """Say that this process does not hear the others, or hears them again."""
        self.bus_away = away
        self.touch()

    def enter(self, connection: Connection, audience: Audience) -> bool:
        """Let a connection in; True when it is its person's first in the room."""
        self.members[connection] = audience
        self._active[audience].add(connection)
        connection.rooms.add(self.name)
        connection.outlet.tell(self.welcome(audience))
        arrived = self._is_counted(connection, audience) and self.presence.arrive(connection.person)
        if arrived:
            self.touch()
        return arrived

    def leave(self, connection: Connection) -> bool:
        """Let a connection out; True when it was its person's last in the room."""
        audience = self.members.pop(connection)
        self._active[audience].discard(connection)
        connection.rooms.discard(self.name)
        self.players.discard(connection)
        left = self._is_counted(connection, audience) and self.presence.leave(connection.person)
        if left:
            self.touch()
        return left

    def reseat(self, connection: Connection, audience: Audience) -> None:
        """Move a member to another audience, and send it the snapshot for that audience."""
        plays = connection in self.players
        self.leave(connection)
        self.enter(connection, audience)
        if plays:
            self.players.add(connection)

    def hear(self, message: BusMessage, *, process: str, now_ms: int) -> None:
        """Take in a message of another process. `process` is the name of this one, whose own messages are ignored."""
        match message:
            case Counted(count=count):
                self.raise_count(count)
            case Moved(process=other, came=came, left=left) if other != process:
                self.presence.hear_moved(other, came, left, now_ms=now_ms)
                self.touch()
            case PeoplePresent(process=other, people=people) if other != process:
                self.presence.hear_all(other, people, now_ms=now_ms)
                self.touch()

    def forget(self, process: str) -> None:
        """Forget the people of a process that has ended."""
        if self.presence.forget(process):
            self.touch()

    def expire(self, *, now_ms: int) -> None:
        """Forget the people of processes whose lease has run out."""
        if self.presence.expire(now_ms=now_ms):
            self.touch()

    def raise_count(self, count: Count) -> None:
        """Show each of these numbers that is larger than the one shown."""
        if self.count.raise_to(count):
            self.touch()

    def watchers(self) -> set[uuid.UUID]:
        """List the people whose page plays picture or sound, the crew left out."""
        return {each.person for each in self.players if self._is_counted(each, self.members[each])}

    def welcome(self, audience: Audience) -> Frame:
        """Make the snapshot for an audience, encoded once for all arrivals between two publications."""
        if audience not in self._welcomes:
            self._encode(self.topics.keys() - self._encoded.keys())
            topics = self._visible(audience, self._encoded)
            self._welcomes[audience] = Frame(Welcome(self.name, self.epoch, self.seq, topics))
        return self._welcomes[audience]

    def publish(self, *, now_ms: int) -> int:
        """Write the topics that have changed and are due, encoded once per audience. Returns the number of frames."""
        return sum(self.publishing(now_ms=now_ms))

    def publishing(self, *, now_ms: int) -> Iterator[int]:
        """Do as `publish` does, in parts of `PART` members. Yields the number of frames of each part.

        Between the parts members may come, go and change their audience; the room must not be published again.
        """
        due = {topic for topic in self._changed if self._not_before_ms.get(topic, 0) <= now_ms}
        self._changed -= due
        fresh = self._encode(due)
        if fresh:
            self._not_before_ms.update({topic: now_ms + self.topics[topic].pace_ms for topic in fresh})
            self.seq += 1
            self._welcomes.clear()
        for audience, active in self._active.items():
            if active:
                yield from self._share(audience, fresh, now_ms=now_ms)

    def catch_up(self, connection: Connection) -> None:
        """Send the snapshot to a connection that had fallen behind and takes frames again."""
        audience = self.members[connection]
        if connection not in self._active[audience]:
            self._active[audience].add(connection)
            connection.outlet.tell(self.welcome(audience))

    def _is_counted(self, connection: Connection, audience: Audience) -> bool:
        return audience in COUNTED and self.name not in connection.observed

    def _state(self, topic: str) -> msgspec.Struct | None:
        if computed := self.topics[topic].computed:
            return computed(self)
        row = self._rows.get(topic)
        return row.state if row else None

    def _encode(self, topics: set[str]) -> dict[str, msgspec.Raw]:
        """Encode these topics. Returns those whose state has changed."""
        fresh = {}
        for topic in topics:
            state = self._state(topic)
            raw = msgspec.Raw(encoder.encode(state))
            if state is not None and raw != self._encoded.get(topic):
                fresh[topic] = self._encoded[topic] = raw
        return fresh

    def _visible(self, audience: Audience, topics: dict[str, msgspec.Raw]) -> dict[str, msgspec.Raw]:
        return {name: raw for name, raw in topics.items() if audience in self.topics[name].audiences}

    def _share(self, audience: Audience, fresh: dict[str, msgspec.Raw], *, now_ms: int) -> Iterator[int]:
        topics = self._visible(audience, fresh)
        if not topics and now_ms - self._spoke_at_ms.setdefault(audience, now_ms) < STILL_HERE_MS:
            return
        self._spoke_at_ms[audience] = now_ms
        frame = Frame(Changed(self.name, self.epoch, self.seq, topics))
        for written, behind in self._active[audience].write(frame):
            meters.SKIPPED.inc(behind)
            yield written
