"""What a stage sends out during one session: one picture, one mix of sound, packaged as they come.

Told the time: by each sample's `received_at_s` and by `tick`. It knows no network and no RTP packet.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path

from rooms.media.air.audio import Voice
from rooms.media.air.clock import SourceClock
from rooms.media.air.cmaf import SOUND_HZ
from rooms.media.air.disk import Disk
from rooms.media.air.packager import Packager
from rooms.media.rtc.samples import Kind, Picture, SenderReport, Sound, SourceName
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

    `ask_keyframe(source)` is called whenever a keyframe of a source is wanted, at most twice a second.
    `epoch_s` is what to add to the monotonic clock to get seconds since 1970: taken once, so that a clock that is set
    right in the middle of a session moves nothing. `in_parts`: for players that stay close behind (low-latency HLS).
    """

    def __init__(
        self, directory: Path, *, epoch_s: float, ask_keyframe: Callable[[SourceName], None], in_parts: bool = False
    ) -> None:
        self.disk = Disk(directory)
        self._packager = Packager(self.disk, epoch_s=epoch_s, in_parts=in_parts)
        self._ask_keyframe = ask_keyframe
        self._sources: dict[SourceName, Feed] = {}
        self._on_air: set[SourceName] = set()
        self._shown: SourceName | None = None
        self._taken: SourceName | None = None
        """Whose picture comes next, from its next keyframe on."""
        self._still = StillPicture()
        self._now_s = self._asked_at_s = self._pictured_at_s = self._heard_at_s = float("-inf")
        self._aired_at_s: float | None = None
        """Since which tick somebody has been on air."""

    @property
    def troubles(self) -> set[Trouble]:
        """What is wrong now; the organiser is told."""
        aired_at_s = self._now_s if self._aired_at_s is None else self._aired_at_s
        wrong: dict[Trouble, bool] = {
            "disk": self.disk.is_full,
            "no-picture": self._shown is not None and self._now_s - self._pictured_at_s > STILL_AFTER_S,
            "no-sound": self._now_s - max(self._heard_at_s, aired_at_s) > VANISHED_AFTER_S,
        }
        return {trouble for trouble, is_so in wrong.items() if is_so}

    @property
    def safe_up_to_s(self) -> float | None:
        """The last moment that is on the disk with picture and sound, seconds since 1970."""
        ends = [journal.ends_at for journal in self.disk.journals.values()]
        return min(end.timestamp() for end in ends if end) if all(ends) else None

    def add(self, source: SourceName) -> None:
        """A source that may be taken or heard from now on. Its samples and reports can come at once."""
        self._sources.setdefault(source, Feed())

    def remove(self, source: SourceName) -> None:
        """A source that is gone. Nothing happens for one that is not there."""
        self._sources.pop(source, None)
        self._on_air.discard(source)

    def on_air(self, sources: Iterable[SourceName]) -> None:
        """Whose sound is mixed from now on: exactly these."""
        self._on_air = set(sources)
        for source, feed in self._sources.items():
            if source not in self._on_air:
                feed.voice = Voice()

    def take(self, source: SourceName | None) -> None:
        """Whose picture is shown, from its next keyframe on; None: nobody's, at once."""
        self._taken = source
        self._asked_at_s = float("-inf")
        if source is None:
            self._shown = None
            self._packager.close_run()

    def picture(self, source: SourceName, picture: Picture) -> None:
        """The next picture of a source, in the order of decoding."""
        if picture.is_small and (feed := self._sources.get(source)):
            feed.small.note(picture)
        self._feed(source, "small" if picture.is_small else "picture", picture)

    def sound(self, source: SourceName, sound: Sound) -> None:
        """The next packet of a source's sound."""
        self._feed(source, "sound", sound)

    def report(self, source: SourceName, kind: Kind, report: SenderReport) -> None:
        """A sender report about one of a source's streams."""
        if feed := self._sources.get(source):
            feed.clock.report(kind, report)

    def tick(self, now_s: float) -> None:
        """To be called a few times a second, by the monotonic clock: who vanished is noticed here."""
        self._now_s = now_s
        self._aired_at_s = (self._aired_at_s or now_s) if self._on_air else None
        run, blank_s, silent_s = self._packager.run, now_s - self._pictured_at_s, now_s - self._heard_at_s
        if run and min(blank_s, silent_s) > VANISHED_AFTER_S:
            self._packager.close_run()
        elif run and silent_s < STILL_AFTER_S < blank_s:
            for at_s in self._still.due(now_s):
                self._packager.picture(at_s, self._still.keyframe, is_keyframe=True, small=self._still.small)
                if self._still.small:
                    self._packager.small_picture(at_s, self._still.small, is_keyframe=True)
        self._want_keyframes(now_s)
        self._packager.advance(self._mixable_until_s(now_s))

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

    def _feed(self, source: SourceName, kind: Kind, sample: Picture | Sound) -> None:
        """Samples wait until their source's clock can date them."""
        feed = self._sources.get(source)
        if feed is None:
            return
        feed.clock.observe(kind, sample.rtp_ticks, sample.received_at_s)
        if source not in (self._shown, self._taken, *self._on_air):
            feed.waiting.clear()
            return
        feed.waiting.append(sample)
        if feed.clock.is_ready(sample.received_at_s):
            for waited in feed.waiting:
                self._send(source, feed, waited)
            feed.waiting.clear()

    def _send(self, source: SourceName, feed: "Feed", sample: Picture | Sound) -> None:
        """A sample that can be dated goes where it is wanted."""
        if isinstance(sample, Picture) and sample.is_small:
            if source == self._shown and not self._still.is_shown:
                at_s = feed.clock.happened_at_s("small", sample.rtp_ticks)
                self._packager.small_picture(at_s, sample.data, is_keyframe=sample.is_keyframe)
        elif isinstance(sample, Picture):
            self._show(source, feed, sample)
        elif source in self._on_air:
            self._heard_at_s = feed.heard_at_s = sample.received_at_s
            at_sample, samples = feed.voice.hear(sample, feed.clock.happened_at_s("sound", sample.rtp_ticks))
            self._packager.hear(at_sample, samples)

    def _show(self, source: SourceName, feed: "Feed", picture: Picture) -> None:
        """After a still, pictures can be decoded again from the next keyframe on."""
        if source == self._taken and picture.is_keyframe:
            self._shown, self._taken = source, None
        if source != self._shown or (self._still.is_shown and not picture.is_keyframe):
            return
        self._pictured_at_s = picture.received_at_s
        at_s = feed.clock.happened_at_s("picture", picture.rtp_ticks)
        small = feed.small.keyframe_when(picture.received_at_s)
        self._still.follow(at_s, picture, small)
        self._packager.picture(at_s, picture.data, is_keyframe=picture.is_keyframe, small=small)

    def _want_keyframes(self, now_s: float) -> None:
        if now_s - self._asked_at_s < ASK_AGAIN_S:
            return
        due_s = self._packager.keyframe_due_s
        wanted = [self._taken, self._shown if due_s is None or now_s >= due_s or self._still.is_shown else None]
        for source in wanted:
            if source in self._sources:
                self._asked_at_s = now_s
                self._ask_keyframe(source)

    def _mixable_until_s(self, now_s: float) -> float:
        """The moment up to which everybody's sound has come, or need not be waited for any longer."""
        waited_for_s = now_s - MIX_WITHIN_S
        speaking = [self._sources[source] for source in self._on_air if source in self._sources]
        heads = [feed.voice.head_sample for feed in speaking if feed.heard_at_s > waited_for_s]
        return max(min((head / SOUND_HZ for head in heads if head), default=0.0), waited_for_s)


class Feed:
    """What the programme holds of one source."""

    def __init__(self) -> None:
        self.clock = SourceClock()
        self.voice = Voice()
        self.small = SmallerPicture()
        self.heard_at_s = float("-inf")
        self.waiting: list[Picture | Sound] = []
        """Samples that came before the clock could date them."""


class SmallerPicture:
    """Whether a source sends a smaller picture too. One that stops and comes again must last before it counts."""

    def __init__(self) -> None:
        self._keyframe: bytes | None = None
        self._counts_from_s = self._came_at_s = float("-inf")

    def note(self, picture: Picture) -> None:
        if self._keyframe and picture.received_at_s - self._came_at_s > STILL_AFTER_S:
            self._counts_from_s = picture.received_at_s + STEADY_AFTER_S
        self._came_at_s = picture.received_at_s
        if picture.is_keyframe:
            self._keyframe = picture.data

    def keyframe_when(self, now_s: float) -> bytes | None:
        """Its newest keyframe; None when there is no smaller picture, or it has not lasted yet."""
        return self._keyframe if self._counts_from_s <= now_s <= self._came_at_s + STILL_AFTER_S else None


class StillPicture:
    """The last keyframe, repeated while no picture comes: whoever speaks is heard on."""

    def __init__(self) -> None:
        self.keyframe = b""
        self.small: bytes | None = None
        """The keyframe of the smaller size, where there is one."""
        self.is_shown = False
        self._next_at_s = 0.0

    def follow(self, at_s: float, picture: Picture, small: bytes | None) -> None:
        """A picture was shown."""
        self.is_shown = False
        self._next_at_s = at_s + STILL_EVERY_S
        if picture.is_keyframe:
            self.keyframe, self.small = picture.data, small

    def due(self, now_s: float) -> Iterator[float]:
        """When it is to be shown, up to now."""
        while self.keyframe and self._next_at_s <= now_s:
            self.is_shown = True
            yield self._next_at_s
            self._next_at_s += STILL_EVERY_S
