"""The programme of one session: one picture and one mix of sound, packaged as they come.

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
"""A requested keyframe that has not come is requested again after this time."""
MIX_WITHIN_S = 0.6
"""The mix waits this long for late sound. Sound that comes later is left out."""
STILL_AFTER_S = 2.5
"""After this time without a picture the last keyframe is repeated, while somebody is heard."""
STILL_EVERY_S = 0.4
STEADY_AFTER_S = 10.0
"""A smaller picture that stopped and comes again is used after this time, as each change begins a run."""
VANISHED_AFTER_S = 5.0
"""After this time without picture and sound the run ends; the next picture begins another."""
MOST_UNDATED_BYTES = 16_000_000
"""Samples of one source that wait for its clock; beyond this number they are dropped. A usual source has 2 MB there."""
MOST_WITHOUT_KEYFRAME_BYTES = 32_000_000
"""Pictures of one size since its keyframe, which all go into one segment. Further ones count as missing, up to the next
keyframe: the still is shown, and the producer is told that there is no picture."""


class Programme:
    """One session's programme, written below `directory` as it happens.

    `ask_keyframe(source)` is called when a keyframe of a source is wanted, at most twice a second. `epoch_s` plus the
    monotonic clock is seconds since 1970: it is taken once, so that setting the wall clock in the middle of a session
    moves nothing. `in_parts` publishes parts of segments, for low-latency HLS.
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
        """The source whose picture is shown from its next keyframe on."""
        self._still = StillPicture()
        self._now_s = self._asked_at_s = self._pictured_at_s = self._heard_at_s = float("-inf")
        self._aired_at_s: float | None = None
        """The tick since which there has been a source on air; None while there is none."""

    @property
    def troubles(self) -> set[Trouble]:
        """The troubles of now, which the organiser is told."""
        aired_at_s = self._now_s if self._aired_at_s is None else self._aired_at_s
        wrong: dict[Trouble, bool] = {
            "disk": self.disk.is_full,
            "no-picture": self._shown is not None and self._now_s - self._pictured_at_s > STILL_AFTER_S,
            "no-sound": self._now_s - max(self._heard_at_s, aired_at_s) > VANISHED_AFTER_S,
        }
        return {trouble for trouble, is_so in wrong.items() if is_so}

    @property
    def safe_up_to_s(self) -> float | None:
        """The time up to which picture and sound are on the disk, seconds since 1970; None before that."""
        ends = [journal.ends_at for journal in self.disk.journals.values()]
        return min(end.timestamp() for end in ends if end) if all(ends) else None

    def add(self, source: SourceName) -> None:
        """Take in a source, which may be taken or heard from now on. Its samples may come at once."""
        self._sources.setdefault(source, Feed())

    def remove(self, source: SourceName) -> None:
        """Forget a source that is gone. An unknown source is ignored."""
        self._sources.pop(source, None)
        self._on_air.discard(source)

    def on_air(self, sources: Iterable[SourceName]) -> None:
        """Mix the sound of exactly these sources from now on."""
        self._on_air = set(sources)
        for source, feed in self._sources.items():
            if source not in self._on_air:
                feed.voice = Voice()

    def take(self, source: SourceName | None) -> None:
        """Show this source's picture from its next keyframe on; None ends the picture at once."""
        self._taken = source
        self._asked_at_s = float("-inf")
        if source is None:
            self._shown = None
            self._packager.close_run()

    def picture(self, source: SourceName, picture: Picture) -> None:
        """Take the next picture of a source, in decoding order."""
        if picture.is_small and (feed := self._sources.get(source)):
            feed.small.note(picture)
        self._feed(source, "small" if picture.is_small else "picture", picture)

    def sound(self, source: SourceName, sound: Sound) -> None:
        """Take the next packet of a source's sound."""
        self._feed(source, "sound", sound)

    def report(self, source: SourceName, kind: Kind, report: SenderReport) -> None:
        """Take a sender report about one of a source's streams."""
        if feed := self._sources.get(source):
            feed.clock.report(kind, report)

    def tick(self, now_s: float) -> None:
        """Do what is due. To be called a few times a second; sources that stopped sending are noticed here."""
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
        """End the session. The future is done when everything is on the disk and listed, with ENDLIST."""
        self.take(None)
        self._packager.finish()
        return self.disk.finish()

    def stop(self) -> None:
        """Stop writing: the process ends, not the session. A later programme goes on from the complete segments."""
        self.take(None)
        self._packager.finish()
        self.disk.stop()

    def _feed(self, source: SourceName, kind: Kind, sample: Picture | Sound) -> None:
        """Note a sample's arrival, and hold it until its source's clock can date it."""
        feed = self._sources.get(source)
        if feed is None:
            return
        feed.clock.observe(kind, sample.rtp_ticks, sample.received_at_s)
        if source not in (self._shown, self._taken, *self._on_air):
            feed.release()
            return
        feed.hold(sample)
        if feed.clock.is_ready(sample.received_at_s):
            for waited in feed.release():
                self._send(source, feed, waited)

    def _send(self, source: SourceName, feed: "Feed", sample: Picture | Sound) -> None:
        """Pass a sample that can be dated to the packager, if it is shown or heard."""
        if isinstance(sample, Picture) and feed.lacks_keyframe(sample):
            return
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
        """Show a picture. After a still, pictures are shown again from the next keyframe on."""
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
        """Return the time up to which all sound has come, or is no longer waited for."""
        waited_for_s = now_s - MIX_WITHIN_S
        speaking = [self._sources[source] for source in self._on_air if source in self._sources]
        heads = [feed.voice.head_sample for feed in speaking if feed.heard_at_s > waited_for_s]
        return max(min((head / SOUND_HZ for head in heads if head), default=0.0), waited_for_s)


class Feed:
    """The programme's state of one source."""

    def __init__(self) -> None:
        self.clock = SourceClock()
        self.voice = Voice()
        self.small = SmallerPicture()
        self.heard_at_s = float("-inf")
        self.waiting: list[Picture | Sound] = []
        """Samples that the clock cannot date yet."""
        self._waiting_bytes = 0
        self._since_keyframe_bytes = {True: 0, False: 0}
        """The pictures since the last keyframe: of the smaller size, and of the larger one."""

    def hold(self, sample: Picture | Sound) -> None:
        """Keep a sample until the clock can date it. Those before it are dropped when they are too many."""
        if self._waiting_bytes > MOST_UNDATED_BYTES:
            self.release()
        self.waiting.append(sample)
        self._waiting_bytes += len(sample.data)

    def release(self) -> list[Picture | Sound]:
        """Return the samples that were kept, and keep them no longer."""
        released, self.waiting, self._waiting_bytes = self.waiting, [], 0
        return released

    def lacks_keyframe(self, picture: Picture) -> bool:
        """Note a picture; True when too much of its size has come since the last keyframe."""
        before = 0 if picture.is_keyframe else self._since_keyframe_bytes[picture.is_small]
        self._since_keyframe_bytes[picture.is_small] = before + len(picture.data)
        return before > MOST_WITHOUT_KEYFRAME_BYTES


class SmallerPicture:
    """Notes the smaller pictures of a source. After a pause they must last for a while before they are used."""

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
        """Return the newest keyframe, or None when there is no smaller picture, or none that has lasted."""
        return self._keyframe if self._counts_from_s <= now_s <= self._came_at_s + STILL_AFTER_S else None


class StillPicture:
    """The last keyframe, repeated while no picture comes, so that the sound goes on."""

    def __init__(self) -> None:
        self.keyframe = b""
        self.small: bytes | None = None
        """The keyframe of the smaller size; None when there is none."""
        self.is_shown = False
        self._next_at_s = 0.0

    def follow(self, at_s: float, picture: Picture, small: bytes | None) -> None:
        """Note that a picture was shown."""
        self.is_shown = False
        self._next_at_s = at_s + STILL_EVERY_S
        if picture.is_keyframe:
            self.keyframe, self.small = picture.data, small

    def due(self, now_s: float) -> Iterator[float]:
        """Yield the times up to now at which the still is to be shown."""
        while self.keyframe and self._next_at_s <= now_s:
            self.is_shown = True
            yield self._next_at_s
            self._next_at_s += STILL_EVERY_S
