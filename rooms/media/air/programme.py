"""What a stage sends out during one session: one picture, one mix of sound, packaged as they come.

Told the time: by each sample's `received` and by `tick`. It knows no network and no RTP packet.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path

from rooms.media.air.audio import Voice
from rooms.media.air.clock import SourceClock
from rooms.media.air.cmaf import SOUND_HZ
from rooms.media.air.disk import Disk
from rooms.media.air.packager import Packager
from rooms.media.rtc.samples import Kind, Picture, Report, Sound, Source
from rooms.topics.keeping import Trouble

ASK_AGAIN_S = 0.5
"""A keyframe that was asked for and did not come is asked for again."""
MIX_WITHIN_S = 0.6
"""The mix waits so long for sound that is late; what comes later still is left out."""
STILL_AFTER_S = 2.5
"""When no picture has come for so long, the last keyframe stands still while somebody is heard."""
STILL_EVERY_S = 0.4
STEADY_AFTER_S = 10.0
"""A smaller picture that stopped and comes again must last so long: each change begins a run."""
VANISHED_AFTER_S = 5.0
"""When nothing at all has come for so long, the run is over; the next picture begins another."""


class Programme:
    """One session's programme, written below `directory` as it happens.

    `ask_key(source)` is called whenever a keyframe of a source is wanted, at most twice a second.
    `epoch` is what to add to the monotonic clock to get seconds since 1970: taken once, so that a clock that is set
    right in the middle of a session moves nothing. `in_parts`: for players that stay close behind (low-latency HLS).
    """

    def __init__(
        self, directory: Path, *, epoch: float, ask_key: Callable[[Source], None], in_parts: bool = False
    ) -> None:
        self.disk = Disk(directory)
        self._packager = Packager(self.disk, epoch=epoch, in_parts=in_parts)
        self._ask_key = ask_key
        self._sources: dict[Source, Feed] = {}
        self._on_air: set[Source] = set()
        self._shown: Source | None = None
        self._taken: Source | None = None
        """Whose picture comes next, from its next keyframe on."""
        self._still = Still()
        self._now = self._asked_at = self._pictured_at = self._heard_at = float("-inf")
        self._aired_at: float | None = None
        """Since which tick somebody has been on air."""

    @property
    def troubles(self) -> set[Trouble]:
        """What is wrong now; the organiser is told."""
        aired_at = self._now if self._aired_at is None else self._aired_at
        wrong: dict[Trouble, bool] = {
            "disk": self.disk.is_full,
            "no-picture": self._shown is not None and self._now - self._pictured_at > STILL_AFTER_S,
            "no-sound": self._now - max(self._heard_at, aired_at) > VANISHED_AFTER_S,
        }
        return {trouble for trouble, is_so in wrong.items() if is_so}

    @property
    def safe_up_to(self) -> float | None:
        """The last moment that is on the disk with picture and sound, seconds since 1970."""
        ends = [journal.ends_at for journal in self.disk.journals.values()]
        return min(end.timestamp() for end in ends if end) if all(ends) else None

    def add(self, source: Source) -> None:
        """A source that may be taken or heard from now on. Its samples and reports can come at once."""
        self._sources.setdefault(source, Feed())

    def remove(self, source: Source) -> None:
        """A source that is gone. Nothing happens for one that is not there."""
        self._sources.pop(source, None)
        self._on_air.discard(source)

    def on_air(self, sources: Iterable[Source]) -> None:
        """Whose sound is mixed from now on: exactly these."""
        self._on_air = set(sources)
        for source, feed in self._sources.items():
            if source not in self._on_air:
                feed.voice = Voice()

    def take(self, source: Source | None) -> None:
        """Whose picture is shown, from its next keyframe on; None: nobody's, at once."""
        self._taken = source
        self._asked_at = float("-inf")
        if source is None:
            self._shown = None
            self._packager.close_run()

    def picture(self, source: Source, picture: Picture) -> None:
        """The next picture of a source, in the order of decoding."""
        if picture.is_small and (feed := self._sources.get(source)):
            feed.small.note(picture)
        self._feed(source, "small" if picture.is_small else "picture", picture)

    def sound(self, source: Source, sound: Sound) -> None:
        """The next packet of a source's sound."""
        self._feed(source, "sound", sound)

    def report(self, source: Source, kind: Kind, report: Report) -> None:
        """A sender report about one of a source's streams."""
        if feed := self._sources.get(source):
            feed.clock.report(kind, report)

    def tick(self, now: float) -> None:
        """To be called a few times a second, by the monotonic clock: who vanished is noticed here."""
        self._now = now
        self._aired_at = (self._aired_at or now) if self._on_air else None
        run, pictured_s, heard_s = self._packager.run, now - self._pictured_at, now - self._heard_at
        if run and min(pictured_s, heard_s) > VANISHED_AFTER_S:
            self._packager.close_run()
        elif run and heard_s < STILL_AFTER_S < pictured_s:
            for moment in self._still.moments(now):
                self._packager.picture(moment, self._still.keyframe, is_key=True, small=self._still.small)
                if self._still.small:
                    self._packager.small_picture(moment, self._still.small, is_key=True)
        self._want_keyframes(now)
        self._packager.advance(self._mixable(now))

    def end(self) -> "Future[None]":
        """The session is over. Done when everything is on the disk and listed, ENDLIST included."""
        self.take(None)
        self._packager.finish()
        return self.disk.finish()

    def stop(self) -> None:
        """The process ends, the session does not: what is complete is kept, and another programme goes on from it."""
        self.take(None)
        self._packager.finish()
        self.disk.stop()

    def _feed(self, source: Source, kind: Kind, sample: Picture | Sound) -> None:
        """Samples wait until their source's clock can date them."""
        feed = self._sources.get(source)
        if feed is None:
            return
        feed.clock.observe(kind, sample.at, sample.received)
        if source not in (self._shown, self._taken, *self._on_air):
            feed.waiting.clear()
            return
        feed.waiting.append(sample)
        if feed.clock.is_ready(sample.received):
            for waited in feed.waiting:
                self._send(source, feed, waited)
            feed.waiting.clear()

    def _send(self, source: Source, feed: "Feed", sample: Picture | Sound) -> None:
        """A sample that can be dated goes where it is wanted."""
        if isinstance(sample, Picture) and sample.is_small:
            if source == self._shown and not self._still.is_shown:
                moment = feed.clock.moment_of("small", sample.at)
                self._packager.small_picture(moment, sample.data, is_key=sample.is_key)
        elif isinstance(sample, Picture):
            self._show(source, feed, sample)
        elif source in self._on_air:
            self._heard_at = feed.heard_at = sample.received
            position, samples = feed.voice.hear(sample, feed.clock.moment_of("sound", sample.at))
            self._packager.hear(position, samples)

    def _show(self, source: Source, feed: "Feed", picture: Picture) -> None:
        """After a still, pictures can be decoded again from the next keyframe on."""
        if source == self._taken and picture.is_key:
            self._shown, self._taken = source, None
        if source != self._shown or (self._still.is_shown and not picture.is_key):
            return
        self._pictured_at = picture.received
        moment, small = feed.clock.moment_of("picture", picture.at), feed.small.keyframe_at(picture.received)
        self._still.follow(moment, picture, small)
        self._packager.picture(moment, picture.data, is_key=picture.is_key, small=small)

    def _want_keyframes(self, now: float) -> None:
        if now - self._asked_at < ASK_AGAIN_S:
            return
        due = self._packager.keyframe_due
        wanted = [self._taken, self._shown if due is None or now >= due or self._still.is_shown else None]
        for source in wanted:
            if source in self._sources:
                self._asked_at = now
                self._ask_key(source)

    def _mixable(self, now: float) -> float:
        """The moment up to which everybody's sound has come, or need not be waited for any longer."""
        speaking = [self._sources[source] for source in self._on_air if source in self._sources]
        heads = [
            feed.voice.head / SOUND_HZ for feed in speaking if feed.voice.head and feed.heard_at > now - MIX_WITHIN_S
        ]
        return max(min(heads, default=0.0), now - MIX_WITHIN_S)


class Feed:
    """What the programme holds of one source."""

    def __init__(self) -> None:
        self.clock = SourceClock()
        self.voice = Voice()
        self.small = Smaller()
        self.heard_at = float("-inf")
        self.waiting: list[Picture | Sound] = []
        """Samples that came before the clock could date them."""


class Smaller:
    """Whether a source sends a smaller picture too. One that stops and comes again must last before it counts."""

    def __init__(self) -> None:
        self._keyframe: bytes | None = None
        self._counts_from = self._came_at = float("-inf")

    def note(self, picture: Picture) -> None:
        if self._keyframe and picture.received - self._came_at > STILL_AFTER_S:
            self._counts_from = picture.received + STEADY_AFTER_S
        self._came_at = picture.received
        if picture.is_key:
            self._keyframe = picture.data

    def keyframe_at(self, now: float) -> bytes | None:
        """Its newest keyframe; None when there is no smaller picture, or it has not lasted yet."""
        return self._keyframe if self._counts_from <= now <= self._came_at + STILL_AFTER_S else None


class Still:
    """The last keyframe, repeated while no picture comes: whoever speaks is heard on."""

    def __init__(self) -> None:
        self.keyframe = b""
        self.small: bytes | None = None
        """The keyframe of the smaller size, where there is one."""
        self.is_shown = False
        self._next = 0.0

    def follow(self, moment: float, picture: Picture, small: bytes | None) -> None:
        """A picture was shown."""
        self.is_shown = False
        self._next = moment + STILL_EVERY_S
        if picture.is_key:
            self.keyframe, self.small = picture.data, small

    def moments(self, now: float) -> Iterator[float]:
        """When it is to be shown, up to now."""
        while self.keyframe and self._next <= now:
            self.is_shown = True
            yield self._next
            self._next += STILL_EVERY_S
