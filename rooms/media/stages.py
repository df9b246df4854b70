"""The stages of one media process: their sources, their watchers and their programmes."""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path

from rooms import control
from rooms.control import (
    SLOTS,
    Arrived,
    Direct,
    News,
    ProgrammeProgress,
    Publish,
    Refusal,
    SourceGone,
    SourcesPresent,
    Took,
    Watch,
)
from rooms.errors import RoomError
from rooms.media.air.broadcast import Broadcast
from rooms.media.air.disk import read_journals
from rooms.media.air.voice_switch import VoiceSwitch
from rooms.media.rtc.relay import Source, Watcher, wire
from rooms.media.rtc.samples import Kind, Picture, SenderReport, Sound
from rooms.media.rtc.seam import spawn
from rooms.offers import OfferBudgets
from rooms.topics.keeping import Trouble

TICK_S = 0.02
PROGRAMME_TICK_S = 0.1
CLOCK_SET_S = 5.0
"""A wall clock that differs more from a programme's time was set. One that differs less drifts, or is being slewed."""
MOST_WATCHERS = 24
"""Of one stage: the people backstage, its producers, and an encoder's monitors."""
MOST_WATCHERS_OF_ONE = 6
"""Of one stage and person: several tabs and devices, and connections that broke and are not noticed yet."""
MOST_CONNECTIONS = 1_024
"""Of all stages: their names are told to a web process in one frame."""
MOST_WAITING = 64
"""Offers that wait to be answered, of all stages. Beyond this number they are refused."""
MOST_WAITING_OF_ONE = 4
"""Offers of one person, or one stage's encoder, that wait to be answered; others are not to wait behind more."""
BETWEEN_OFFERS_S = 0.05
"""The rest between two answers, of all stages, in which packets and ticks go on: an answer for every slot is worked
out in 10 to 20 ms. A whole backstage of 24 people that comes back at once is answered within three seconds."""
ANSWERED_WITHIN_S = 5.0
"""The longest that answering one offer may take."""
NAME = re.compile(r"[0-9a-z-]{1,64}")

log = logging.getLogger("plenary.media")


class CallRefused(RoomError):
    """A call that is refused; `reason` is sent to the web process."""

    code = "call-refused"

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class LiveStage:
    """One stage. `tell` is called with news for every web process; `clock` is the wall clock, epoch seconds."""

    def __init__(self, name: str, directory: Path, tell: Callable[[News], None], clock: Callable[[], float]) -> None:
        self.name, self.directory, self.tell, self.clock = name, directory, tell, clock
        self.sources: dict[str, Source] = {}
        self.watchers: dict[str, Watcher] = {}
        self.programme: Broadcast | None = None
        self.programme_name: str | None = None
        self.taken: str | None = None
        self.signing: str | None = None
        """The source whose picture fills the sign-language window."""
        self.on_air: list[str] = []
        self.follows_voice = False
        self.calls = 0
        """The number of calls that are being answered."""
        self._voice_switch = VoiceSwitch()
        self._programme_ticked_at_s = 0.0
        self._epoch_s = 0.0
        """The programme's time minus the monotonic clock."""
        self._progress: ProgrammeProgress | None = None

    async def publish(self, call: Publish) -> str:
        """Take in a source; returns the SDP answer. Raises CallRefused, OfferRefused."""
        if call.source in self.sources or any(each.slot == call.slot for each in self.sources.values()):
            raise CallRefused("taken")
        if not 0 <= call.slot < SLOTS:
            raise CallRefused("full")
        source = Source(
            call.source,
            call.slot,
            self,
            on_arrival=lambda: self.tell(Arrived(self.name, call.source)),
            on_end=lambda: self._lose(call.source),
        )
        self.sources[call.source] = source
        try:
            answer = await source.answer(call.offer)
        except BaseException:
            del self.sources[call.source]
            raise
        if self.programme is not None:
            self.programme.add(call.source)
        self._direct()
        return answer

    async def watch(self, call: Watch) -> str:
        """Take in a watcher; returns the SDP answer. Raises CallRefused, OfferRefused."""
        theirs = [each for each in self.watchers.values() if each.person == call.person]
        if len(self.watchers) >= MOST_WATCHERS or len(theirs) >= MOST_WATCHERS_OF_ONE:
            raise CallRefused("full")
        if call.watcher in self.watchers:
            raise CallRefused("taken")
        watcher = Watcher(call.watcher, call.person, call.slot, lambda: self._dismiss(call.watcher), self._show_afresh)
        answer = await watcher.answer(call.offer)
        self.watchers[call.watcher] = watcher
        self._wire()
        return answer

    async def leave(self, connection: str) -> None:
        """End the connection of a source or a watcher. Raises CallRefused when there is none of this name."""
        watcher = self.watchers.pop(connection, None)
        source = self._remove(connection)
        if watcher is None and source is None:
            raise CallRefused("unknown")
        self._wire()
        for each in (watcher, source):
            if each is not None:
                await each.close()

    async def direct(self, call: Direct) -> None:
        """Send out exactly what the call says from now on. Raises CallRefused."""
        if call.programme != self.programme_name:
            await self._end()
            if call.programme is not None:
                self._open(call.programme, in_parts=call.in_parts)
        self.on_air, self.taken, self.follows_voice = call.on_air, call.taken, call.follows_voice
        self.signing = call.signing
        self._direct()

    def picture(self, source: str, picture: Picture) -> None:
        if self.programme is not None:
            self.programme.picture(source, picture)

    def sound(self, source: str, sound: Sound) -> None:
        if self.programme is not None:
            self.programme.sound(source, sound)

    def report(self, source: str, kind: Kind, report: SenderReport) -> None:
        if self.programme is not None:
            self.programme.report(source, kind, report)

    def voice(self, source: str, level_db: int, now_s: float) -> None:
        self._voice_switch.note(source, level_db, now_s)

    def tick(self, now_s: float) -> None:
        for source in tuple(self.sources.values()):
            source.tick(now_s)
        for watcher in tuple(self.watchers.values()):
            watcher.tick(now_s)
        if self.programme is not None and now_s - self._programme_ticked_at_s >= PROGRAMME_TICK_S:
            self._programme_ticked_at_s = now_s
            self._follow_voice(now_s)
            self.programme.tick(now_s)
            self._tell_progress(self.programme, now_s)

    def _tell_progress(self, programme: Broadcast, now_s: float) -> None:
        clock_was_set: set[Trouble] = {"clock"} if abs(self.clock() - now_s - self._epoch_s) > CLOCK_SET_S else set()
        troubles = sorted(programme.troubles | clock_was_set)
        progress = ProgrammeProgress(self.name, self.programme_name or "", programme.safe_up_to_s, troubles)
        if progress != self._progress:
            self._progress = progress
            self.tell(progress)

    @property
    def is_idle(self) -> bool:
        """True when the stage can be forgotten: it has no source, watcher or programme, and answers no call."""
        return not (self.sources or self.watchers or self.programme or self.calls)

    async def close(self) -> None:
        """Close every connection. A recording stays open, to be continued: the process ends, not the session."""
        if self.programme is not None:
            await self.programme.stop()
        going = [source.close() for source in self.sources.values()]
        going += [watcher.close() for watcher in self.watchers.values()]
        await asyncio.gather(*going)

    async def _end(self) -> None:
        """End the programme; returns once all of it is on the disk."""
        programme, self.programme, self.programme_name = self.programme, None, None
        if programme is not None:
            await asyncio.gather(*map(asyncio.wrap_future, programme.end()))

    def _open(self, name: str, *, in_parts: bool) -> None:
        if not NAME.fullmatch(name):
            raise CallRefused("unknown")
        begins_at_s = max(self.clock(), recorded_up_to_s(self.directory / name))
        self._epoch_s = begins_at_s - time.monotonic()
        self.programme = Broadcast(
            self.directory / name, epoch_s=self._epoch_s, ask_keyframe=self._ask_keyframe, in_parts=in_parts
        )
        self.programme_name = name
        for source in self.sources:
            self.programme.add(source)

    def _direct(self) -> None:
        if self.programme is not None:
            self.programme.on_air([each for each in self.on_air if each in self.sources])
            self.programme.sign(self.signing if self.signing in self.sources else None)
            self.programme.take(self.taken if self.taken in self.sources else None)
        self._wire()

    def _follow_voice(self, now_s: float) -> None:
        if not self.follows_voice:
            return
        among = [each for each in self.on_air if each in self.sources and each != self.signing]
        chosen = self._voice_switch.choose(among, self.taken, now_s)
        if chosen is not None and chosen != self.taken:
            self.taken = chosen
            self._direct()
            self.tell(Took(self.name, chosen))

    def _wire(self) -> None:
        on_air = self.sources.get(self.taken) if self.taken else None
        wire(self.sources.values(), self.watchers.values(), on_air)
        self._show_afresh()

    def _show_afresh(self) -> None:
        """Request keyframes of the sources that are watched: a new watcher sees nothing before one."""
        for source in self.sources.values():
            if source.outputs["video"]:
                source.ask_keyframe()

    def _ask_keyframe(self, source: str) -> None:
        found = self.sources.get(source)
        if found is not None:
            found.ask_keyframe()

    def _lose(self, name: str) -> None:
        source = self._remove(name)
        if source is not None:
            spawn(source.close())
            self._wire()
            self.tell(SourceGone(self.name, name))

    def _remove(self, name: str) -> Source | None:
        source = self.sources.pop(name, None)
        if source is not None:
            self._voice_switch.forget(name)
            if self.programme is not None:
                self.programme.remove(name)
        return source

    def _dismiss(self, name: str) -> None:
        watcher = self.watchers.pop(name, None)
        if watcher is not None:
            spawn(watcher.close())
            self._wire()


def recorded_up_to_s(directory: Path) -> float:
    """Return the end of the recording there, epoch seconds: a programme that goes on must not begin before it.

    The wall clock may have been set back since. Without a recording it is minus infinity.
    """
    ends = [journal.ends_at for journal in read_journals(directory).values()]
    return max((end.timestamp() for end in ends if end), default=float("-inf"))


class Stages:
    """All stages of this process. A stage is made at the first call about it, and forgotten when it is idle."""

    def __init__(self, directory: Path, tell: Callable[[News], None], clock: Callable[[], float] = time.time) -> None:
        self.directory, self.tell, self.clock = directory, tell, clock
        self._stages: dict[str, LiveStage] = {}
        self._since_s = clock()
        self._budgets = OfferBudgets()
        self._waiting = Counter[str]()
        """By person: the number of offers that are answered or wait to be."""
        self._answering = asyncio.Lock()
        self._rests_until_s = 0.0

    async def answer(self, call: control.AnyCall) -> control.Answer:
        """Do what a call asks for. Raises CallRefused, OfferRefused."""
        if isinstance(call, control.ListConnections):
            return control.Connected(self.connections)
        stage = self._stages.setdefault(call.stage, LiveStage(call.stage, self.directory, self.tell, self.clock))
        stage.calls += 1
        try:
            return await self._do(stage, call)
        finally:
            stage.calls -= 1

    async def _do(self, stage: LiveStage, call: control.AnyCall) -> control.Answer:
        match call:
            case Publish():
                return control.Described(await self._describe(call.person, lambda: stage.publish(call)))
            case Watch():
                return control.Described(await self._describe(call.person, lambda: stage.watch(call)))
            case control.Leave():
                await stage.leave(call.connection)
            case Direct():
                await stage.direct(call)
        return control.Done()

    async def _describe(self, person: str, describe: Callable[[], Coroutine[None, None, str]]) -> str:
        """Answer one offer after another, with a rest between them."""
        if self._waiting.total() >= MOST_WAITING or self._waiting[person] >= MOST_WAITING_OF_ONE:
            raise CallRefused("too-many")
        if self._budgets.spend(person, time.monotonic()):
            raise CallRefused("too-many")
        if sum(len(each.sources) + len(each.watchers) for each in self._stages.values()) >= MOST_CONNECTIONS:
            raise CallRefused("full")
        self._waiting[person] += 1
        try:
            async with self._answering:
                await asyncio.sleep(max(0.0, self._rests_until_s - time.monotonic()))
                try:
                    async with asyncio.timeout(ANSWERED_WITHIN_S):
                        return await describe()
                finally:
                    self._rests_until_s = time.monotonic() + BETWEEN_OFFERS_S
        except TimeoutError as error:
            raise CallRefused("bad-offer") from error
        finally:
            self._waiting -= Counter([person])

    @property
    def connections(self) -> list[tuple[str, str]]:
        """Every source and every watcher of every stage."""
        return [(name, each) for name, stage in self._stages.items() for each in (*stage.sources, *stage.watchers)]

    @property
    def present(self) -> SourcesPresent:
        """Every source of every stage."""
        sources = [(name, source) for name, stage in self._stages.items() for source in stage.sources]
        return SourcesPresent(sources, self._since_s)

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            now_s = time.monotonic()
            for stage in tuple(self._stages.values()):
                try:
                    stage.tick(now_s)
                except Exception:
                    log.exception("a stage could not be ticked")
            self._forget(name for name, stage in tuple(self._stages.items()) if stage.is_idle)
            await asyncio.sleep(TICK_S)

    async def close(self) -> None:
        for stage in self._stages.values():
            await stage.close()

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            del self._stages[name]
