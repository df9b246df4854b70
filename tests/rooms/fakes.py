"""The interfaces of the rooms to the outside, in memory."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence

import msgspec

from rooms.attendance import Stay
from rooms.beat import Beat
from rooms.bus import Bus
from rooms.bus.memory import MemoryBus
from rooms.errors import Unavailable, UnknownRoom
from rooms.hub import Hub
from rooms.outlet import Frame, Send, no_way
from rooms.outside import Row, Stored
from rooms.protocol import AnyNotice, Audience, Changed, Close, Hello, ReactionSend, Welcome, decode_notice
from rooms.reactions import Count, Outcome, Tap, TapKey
from rooms.receivers import Connection
from rooms.session import Status
from rooms.topics import TOPICS
from rooms.topics.agenda import AgendaShown
from rooms.topics.announcements import AnnouncementShown
from rooms.topics.keeping import Kept
from rooms.topics.registrations import Registrations
from rooms.topics.stage import Air, BackstageShown
from rooms.topics.tables import Lounge, Messages, Seats

NOON = 1_782_820_800_000
"""A noon, epoch milliseconds."""

BLANK: dict[str, msgspec.Struct] = {
    "announcement": AnnouncementShown(),
    "agenda": AgendaShown([]),
    "lounge": Lounge([]),
    "registrations": Registrations(0, 0, 0, None),
    "status": Status("live", NOON - 60_000, NOON + 3_600_000, NOON - 60_000, None, "none"),
    "air": Air("none"),
    "kept": Kept(),
    "backstage": BackstageShown([], follows_voice=False),
    "seats": Seats("open", [], 6, 0),
    "messages": Messages([]),
}


class Clock:
    """The time of day and a monotonic clock, moved by hand."""

    def __init__(self, now_ms: int = NOON) -> None:
        self._epoch_ms = now_ms
        self._passed_ms = 0

    def epoch_ms(self) -> int:
        return self._epoch_ms

    def steady_ms(self) -> int:
        return self._passed_ms

    def pass_seconds(self, seconds: float) -> None:
        self._passed_ms += round(seconds * 1000)
        self.set_by(seconds)

    def set_by(self, seconds: float) -> None:
        """Set the clock without any time passing."""
        self._epoch_ms += round(seconds * 1000)


class Listener:
    """An outlet that keeps its frames; a `deaf` one is a phone that takes nothing more."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.closed: Close | None = None
        self.deaf = False
        self.send: Send = no_way

    def share(self, frame: Frame, sent: int = 0) -> bool:
        if not self.deaf:
            self.frames.append(frame)
        return not self.deaf

    def tell(self, *frames: Frame) -> None:
        self.frames += frames

    def close(self, code: Close) -> None:
        self.closed = code

    @property
    def notices(self) -> list[AnyNotice]:
        return [decode_notice(frame.payload) for frame in self.frames]

    def shown(self, room: str) -> dict[str, object]:
        """The state of a room as a page shows it after all its notices."""
        state: dict[str, object] = {}
        for notice in self.notices:
            if isinstance(notice, Welcome | Changed) and notice.room == room:
                topics = {topic: msgspec.json.decode(raw) for topic, raw in notice.topics.items()}
                state = topics if isinstance(notice, Welcome) else state | topics
        return state


class MemoryJournal:
    """A database that can be switched off, and loses nothing that it has answered."""

    def __init__(self) -> None:
        self.taps: dict[TapKey, Tap] = {}
        self.stays: dict[uuid.UUID, Stay] = {}
        self.dropped: Counter[uuid.UUID] = Counter()
        self.gone: set[uuid.UUID] = set()
        """The sessions that no longer exist."""
        self.down = False
        self.commits = 0

    async def store(self, taps: Sequence[Tap]) -> Stored:
        self._answer()
        self.commits += 1
        outcomes: dict[TapKey, Outcome] = {}
        for tap in taps:
            if tap.session in self.gone:
                outcomes[tap.key] = "no-such-session"
            else:
                outcomes[tap.key] = self.taps.setdefault(tap.key, tap).outcome
        touched = {tap.session for tap in taps} - self.gone
        return Stored(outcomes, {session: self._count(session) for session in touched})

    async def count(self, session: uuid.UUID) -> Count:
        self._answer()
        return self._count(session)

    async def drop(self, session: uuid.UUID, person: uuid.UUID, frames: int, *, at_ms: int) -> Count:
        self._answer()
        self.dropped[session] += frames
        return self._count(session)

    async def attend(self, stays: Collection[Stay]) -> None:
        self._answer()
        self.stays.update({stay.id: stay for stay in stays})

    def _answer(self) -> None:
        if self.down:
            raise Unavailable

    def _count(self, session: uuid.UUID) -> Count:
        count = Count(dropped=self.dropped[session])
        for tap in self.taps.values():
            if tap.session == session and tap.outcome == "accepted":
                wave = count.accepted.setdefault(tap.wave, {})
                wave[tap.emoji] = wave.get(tap.emoji, 0) + 1
            elif tap.session == session:
                count.refused[tap.outcome] = count.refused.get(tap.outcome, 0) + 1
        return count


class MemoryRows:
    """The row topics of every room. `write` stands for another process or the command line."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self.missing: set[str] = set()
        self.down = False

    def write(self, room: str, topic: str, state: msgspec.Struct) -> int:
        """Write a state and return its revision."""
        revision = self.rows[room, topic].revision + 1 if (room, topic) in self.rows else 1
        self.rows[room, topic] = Row(revision, state)
        return revision

    async def load(self, room: str, topics: Collection[str]) -> dict[str, Row]:
        if self.down:
            raise Unavailable
        if room in self.missing:
            raise UnknownRoom
        assert all(TOPICS[room.partition(":")[0]][topic].is_row for topic in topics)
        return {topic: self.rows.get((room, topic), Row(0, BLANK[topic])) for topic in topics}

    async def revisions(self, rooms: Collection[str]) -> dict[tuple[str, str], int]:
        if self.down:
            raise Unavailable
        return {key: row.revision for key, row in self.rows.items() if key[0] in rooms}


class Doorkeeper:
    """Admits everyone as a delegate, except the sign-ins in `known`."""

    def __init__(self) -> None:
        self.known: dict[uuid.UUID, Audience | None] = {}
        self.gone: set[uuid.UUID] = set()
        self.down = False

    async def audience(self, sign_in: uuid.UUID, room: str) -> Audience | None:
        if self.down:
            raise Unavailable
        return self.known.get(sign_in, Audience.DELEGATES)

    async def audiences(self, sign_ins: Collection[uuid.UUID], room: str) -> dict[uuid.UUID, Audience]:
        found = {sign_in: await self.audience(sign_in, room) for sign_in in sign_ins}
        return {sign_in: audience for sign_in, audience in found.items() if audience is not None}

    async def ended(self, sign_ins: Collection[uuid.UUID]) -> set[uuid.UUID]:
        return self.gone & set(sign_ins)


class House:
    """A hub with its surroundings. Several houses on one bus and one database are several processes."""

    def __init__(self, twin: "House | None" = None) -> None:
        self.clock = twin.clock if twin else Clock()
        self.journal = twin.journal if twin else MemoryJournal()
        self.rows = twin.rows if twin else MemoryRows()
        self.access = twin.access if twin else Doorkeeper()
        self.bus: Bus = twin.bus if twin else MemoryBus()
        self.hub = Hub(
            journal=self.journal,
            rows=self.rows,
            access=self.access,
            bus=self.bus,
            epoch_ms=self.clock.epoch_ms,
            steady_ms=self.clock.steady_ms,
        )
        self.beat = Beat(self.hub)

    async def join(
        self, *rooms: str, person: uuid.UUID | None = None, audience: Audience = Audience.DELEGATES
    ) -> tuple[Connection, Listener]:
        listener = Listener()
        sign_in = uuid.uuid4()
        self.access.known[sign_in] = audience
        connection = self.hub.connect(person or uuid.uuid4(), sign_in, listener)
        await self.hub.hello(connection, Hello(list(rooms)))
        return connection, listener

    async def pass_seconds(self, seconds: float) -> None:
        """Let time pass, and take every step of the beat at its end."""
        self.clock.pass_seconds(seconds)
        await self.beat.commit()
        await self.beat.look()
        await self.beat.attend()
        await self.beat.read()
        self.beat.tick()


def a_room(kind: str) -> str:
    return f"{kind}:{uuid.uuid4()}"


def a_reaction(room: str, n: int = 1, *, sender: str = "00000000000000aa", **fields: object) -> ReactionSend:
    message = {"session": room.partition(":")[2], "sender": sender, "n": n, "emoji": "clap"} | fields
    return msgspec.convert(message | {"type": "reaction.send"}, ReactionSend)
