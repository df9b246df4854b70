"""Finds what each session sends out now, and remembers it for half a second: a thousand players ask at once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.playback.cuts import KeptRun
from rooms.playback.film_index import FilmIndex, SoundRun
from rooms.playback.webvtt import Cue
from server.models import Event, Session
from server.playback import films, programmes, signed
from server.playback.signed import Signed, SignedSource
from server.settings import Settings
from server.store import agenda
from server.store.engine.database import Change, Database
from server.store.films import StoredAiring, airing_at, airing_with_key

REMEMBERED_S = 0.5
"""The time for which an answer is remembered; a change by another process is seen here that much later."""
MOST = 512
"""The most answers remembered; the one that was read longest ago makes room."""

Key = str | tuple[str, str]
"""A media key, or the slugs of an event and a session."""


class SentSource(SignedSource, Protocol):
    """The source of what a session sends out: a film by the clock, or its stage."""

    @property
    def film(self) -> FilmIndex: ...
    @property
    def cut(self) -> "AnyCut": ...
    @property
    def is_complete(self) -> bool:
        """True when no file will be added any more to those that it is made of."""

    @property
    def sound_runs(self) -> list[SoundRun]: ...
    def caption_segments(self, cues: Sequence[Cue]) -> list[tuple[float, str]]: ...
    def is_over(self, now: datetime) -> bool: ...


class AnyCut(Protocol):
    """The part of a programme that its recording keeps, and its two counts of seconds: see `rooms.playback.cuts`."""

    @property
    def begins_s(self) -> float: ...
    @property
    def film_length_s(self) -> float: ...
    @property
    def length_s(self) -> float: ...
    @property
    def runs(self) -> list[KeptRun]: ...
    def recording_second_at(self, media_time: datetime) -> float | None: ...
    def media_time_of(self, recording_s: float) -> datetime: ...
    def recording_second_of(self, film_s: float) -> float | None: ...


class Airing(NamedTuple):
    """A session that has begun, as the database had it at `read_at`, and what it sends out of `directory`."""

    read_at: datetime
    event: Event
    session: Session
    directory: Path
    source: SentSource
    signed: Signed | None
    """The interpreter's picture beside it; None: there is none."""

    @property
    def is_playable(self) -> bool:
        """True when its playlists are given out: it is running, has just ended, or its recording is open."""
        session, now = self.session, self.read_at
        if session.state in ("live", "paused") or agenda.is_on_demand(session, self.event, now):
            return True
        return session.recording == "ready" and session.ended_at is not None and now - session.ended_at < films.GRACE

    def side(self, *, is_signed: bool) -> Signed | None:
        """The interpreter's picture, None where there is none; or else the programme beside it."""
        return self.signed if is_signed else Signed(self.directory, self.source)


class Airings:
    """Finds what a session sends out. That nothing was found is not remembered: a session may begin at any moment.

    `since_s` is a time of the clock: the answer is as new as that, or newer. None: it may be half a second old.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.database, self.settings, self.clock = database, settings, clock
        self._known: OrderedDict[Key, tuple[float, Airing]] = OrderedDict()
        self._asked: dict[Key, tuple[float, asyncio.Task[Airing | None]]] = {}

    async def with_key(self, media_key: str, *, since_s: float | None = None) -> Airing | None:
        """The session whose segments have this key in their address."""
        return await self._airing(media_key, lambda db: airing_with_key(db, media_key), since_s)

    async def at(self, event: str, session: str, *, since_s: float | None = None) -> Airing | None:
        """The session with these slugs."""
        return await self._airing((event, session), lambda db: airing_at(db, event, session), since_s)

    async def forget(self, changes: list[Change]) -> None:
        """Forget everything when a session was moved here; called after each commit."""
        if any(topic in ("status", "kept") for _, topic, _ in changes):
            self._known.clear()

    async def _airing(
        self, key: Key, find: Callable[[AsyncSession], Awaitable[StoredAiring | None]], since_s: float | None
    ) -> Airing | None:
        known_s, known = self._known.get(key, (0.0, None))
        oldest_s = self.clock() - REMEMBERED_S if since_s is None else since_s
        if known is not None and known_s > oldest_s:
            return known
        asked_s, asked = self._asked.get(key, (0.0, None))
        if asked is None or (since_s is not None and asked_s < since_s):
            asked = asyncio.create_task(self._read(key, find))
            self._asked[key] = self.clock(), asked
            asked.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(asked)

    def _answered(self, key: Key, done: asyncio.Task[Airing | None]) -> None:
        if key in self._asked and self._asked[key][1] is done:
            del self._asked[key]

    async def _read(self, key: Key, find: Callable[[AsyncSession], Awaitable[StoredAiring | None]]) -> Airing | None:
        asked_s, read_at = self.clock(), datetime.now(UTC)
        async with self.database.reading() as db:
            found = await find(db)
        if found is None:
            return None
        try:
            airing = Airing(read_at, found.event, found.session, *self._source(found))
        except FileNotFoundError:
            return None
        self._known[key] = asked_s, airing
        self._known.move_to_end(key)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return airing

    def _source(self, found: StoredAiring) -> tuple[Path, SentSource, Signed | None]:
        """The directory, the source, and the interpreter beside it. Raises FileNotFoundError: not on this machine."""
        settings, session = self.settings, found.session
        if found.film is None:
            source = programmes.source_of(settings, session, found.stored)
            beside = signed.of_stage(settings, session, found.stored, source)
            return programmes.directory_of(settings, session), source, beside
        film = films.source_of(settings, found.film, found)
        beside = signed.of_film(settings, found.signed, film) if found.signed else None
        return films.directory_of(settings, found.film), film, beside
