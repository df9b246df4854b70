"""Cuts a programme into segments: pictures on their keyframes, sound where it falls, in runs that both share.

A run lasts as long as pictures follow on in one size, or in the same two; see `rooms/recording.py`. Moments are seconds
of our monotonic clock, and become dates by adding `epoch`. Told the time; what it cuts goes to the `Disk`.
"""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime

from rooms.film_index import FilmIndex, Rendition
from rooms.media.audio import Mixer, Samples, SoundEncoder
from rooms.media.cmaf import (
    AAC_FRAME,
    PICTURE_HZ,
    SOUND_HZ,
    PictureSetup,
    Sample,
    SoundSetup,
    init_segment,
    length_prefixed,
    media_segment,
)
from rooms.media.disk import Disk
from rooms.media.h264 import DELIMITER, PPS, SPS, split, type_of
from rooms.parts import LEAST_PART_S, PART_S
from rooms.recording import SMALL, TARGET_S

EARLY_S = 0.5
"""A keyframe that comes so much before its time is cut at all the same."""
LONGEST_S = 10
"""A source without a keyframe for so long cannot be cut: what came since is given up, and a new run begins."""
SOUND_FRAMES = round(TARGET_S * SOUND_HZ / AAC_FRAME)
LAST_PICTURE_S = 1 / 30
"""How long the last picture of a run is shown: nothing after it tells."""
NO_SETUP = PictureSetup(b"", b"")
"""Of a keyframe without parameter sets, and of a size that is not sent."""
SUPPOSED_BITS_PER_S, SUPPOSED_SMALL_BITS_PER_S, SUPPOSED_FRAMES_PER_S = 2_500_000, 600_000, 30
"""What the multivariant playlist says of a stage that has only begun."""


class Packager:
    """One programme's segments; `in_parts` says whether what will be in them is put out before, part by part."""

    def __init__(self, disk: Disk, *, epoch: float, in_parts: bool = False) -> None:
        self.disk, self.epoch, self.in_parts = disk, epoch, in_parts
        self._mixer: Mixer | None = None
        self.run: Run | None = None
        self._next_run = disk.runs
        self._ended = 0.0
        """When the last run ended: the next one cannot begin before."""
        self._sounding: deque[Run] = deque()
        """The runs whose sound is not complete: it is mixed later than the pictures are cut."""

    @property
    def keyframe_due(self) -> float | None:
        """The moment from which on a keyframe is wanted; None while no picture is shown."""
        return min(pictures.key_due for pictures in self.run.sizes) if self.run else None

    def picture(self, moment: float, access_unit: bytes, *, is_key: bool, small: bytes | None = None) -> None:
        """The next picture that is shown. Without a run, all but a keyframe are left out.

        `small` is the newest keyframe of the smaller size, as long as its source sends that too.
        """
        units = split(access_unit)
        if is_key:
            self._settle_run(moment, units, small)
        if self.run is None:
            return
        if moment - self.run.pictures.cut_at > LONGEST_S or not self.disk.has_room:
            self.close_run()
            return
        self.run.add(self.run.pictures, moment, units, is_key=is_key)

    def small_picture(self, moment: float, access_unit: bytes, *, is_key: bool) -> None:
        """The next picture of the smaller size; left out where the run has none."""
        if self.run is not None and self.run.small is not None:
            self.run.add(self.run.small, moment, split(access_unit), is_key=is_key)

    def hear(self, position: int, samples: Samples) -> None:
        """Somebody's sound. Before the first picture there is nothing for it to belong to."""
        if self._mixer:
            self._mixer.add(position, samples)

    def finish(self) -> None:
        """Complete what was begun; the run must be closed."""
        if self._sounding:
            self.advance((self._sounding[-1].ends or 0) / SOUND_HZ)

    def advance(self, moment: float) -> None:
        """All sound up to this moment has come: mix and encode it, but none beyond the newest picture.

        Where the next run will begin only its first picture tells, and its sound must begin there too.
        """
        until = round(min(moment, self.run.pictures.reach if self.run else moment) * SOUND_HZ)
        while self._mixer and self._sounding:
            run = self._sounding[0]
            if self._mixer.position < run.position:
                self._mixer.skip(min(run.position, until))
            run.sound.add(self._mixer.take(until if run.ends is None else min(until, run.ends)))
            if run.ends is None or self._mixer.position < run.ends:
                return
            run.sound.finish()
            self._sounding.popleft()

    def close_run(self, moment: float | None = None) -> None:
        """What comes next does not follow on. The last picture is shown up to `moment`."""
        if self.run is None:
            return
        self.run.close(moment)
        self._ended = self.run.moment + self.run.pictures.seconds
        self.run = None

    def _settle_run(self, moment: float, units: list[bytes], small: bytes | None) -> None:
        """Begin a run when this keyframe needs one: there is none, or a decoder must be set up anew."""
        small_units = split(small) if small else []
        setup, small_setup = _setup_of(units), _setup_of(small_units)
        if not small_setup.is_whole:
            small_setup = NO_SETUP
        if self.run and setup in (self.run.pictures.setup, NO_SETUP) and small_setup == self.run.small_setup:
            return
        self.close_run(moment)
        if setup.is_whole and self.disk.has_room:
            self._open_run(max(moment, self._ended), setup, small_setup, small_units)

    def _open_run(self, moment: float, setup: PictureSetup, small: PictureSetup, small_units: list[bytes]) -> None:
        begins_at = datetime.fromtimestamp(moment + self.epoch, UTC)

        def track(rendition: str, hz: int) -> Track:
            return Track(self.disk, rendition, self._next_run, hz, begins_at, in_parts=self.in_parts)

        self.run = Run(
            moment, Pictures(track("video", PICTURE_HZ), moment, setup), SoundTrack(track("audio", SOUND_HZ))
        )
        if small is not NO_SETUP:
            self.run.small = Pictures(track(SMALL, PICTURE_HZ), moment, small)
            self.run.small.begin(small_units)
        self._next_run += 1
        self._sounding.append(self.run)
        self._mixer = self._mixer or Mixer(self.run.position)
        sound = self.run.sound.setup
        described = FilmIndex(
            "",
            *setup.size,
            SUPPOSED_FRAMES_PER_S,
            _described(setup, SUPPOSED_BITS_PER_S),
            Rendition((), codecs=sound.codecs, bandwidth=sound.bits_per_s, average_bandwidth=sound.bits_per_s),
            small=_described(small, SUPPOSED_SMALL_BITS_PER_S) if self.run.small else None,
        )
        self.disk.describe(described)


class Run:
    """A stretch without a break. `position` and `ends` bound its sound: samples on our monotonic clock.

    Where there are pictures of a smaller size, both are cut equally often, each on the keyframes that it has.
    """

    def __init__(self, moment: float, pictures: "Pictures", sound: "SoundTrack") -> None:
        self.moment, self.pictures, self.sound = moment, pictures, sound
        self.small: Pictures | None = None
        self.position = round(moment * SOUND_HZ)
        self.ends: int | None = None

    @property
    def sizes(self) -> "list[Pictures]":
        return [self.pictures, self.small] if self.small else [self.pictures]

    @property
    def small_setup(self) -> PictureSetup:
        return self.small.setup if self.small else NO_SETUP

    def add(self, pictures: "Pictures", moment: float, units: list[bytes], *, is_key: bool) -> None:
        """A picture of one of its sizes, which is cut only where that is not ahead of the other."""
        may_cut = pictures.cuts == min(each.cuts for each in self.sizes)
        pictures.add(moment, units, is_key=is_key, may_cut=may_cut)

    def close(self, moment: float | None) -> None:
        ends = self.pictures.end(moment)
        most = max(each.cuts for each in self.sizes)
        for pictures in self.sizes:
            pictures.finish(ends, stands_still=pictures.cuts < most)
        self.ends = self.position + round(self.pictures.seconds * SOUND_HZ)


class Track:
    """One rendition of one run: its samples gathered into segments, and into parts where those are wanted."""

    def __init__(
        self, disk: Disk, rendition: str, run: int, hz: int, begins_at: datetime, *, in_parts: bool = False
    ) -> None:
        self._disk, self._rendition, self._run, self._hz, self._begins_at = disk, rendition, run, hz, begins_at
        self._in_parts = in_parts
        self.ticks = 0
        """Where the segment that is being filled begins."""
        self.samples: list[Sample] = []
        """What is in it."""
        self._part: list[Sample] = []
        """Those of them that are in no part yet."""
        self._count = 0

    def open(self, setup: PictureSetup | SoundSetup) -> None:
        self._disk.open_run(self._rendition, self._run, init_segment(setup))

    def add(self, sample: Sample) -> None:
        if self._in_parts and self._part and lasting([*self._part, sample]) > PART_S * self._hz:
            self._put_part()
        self.samples.append(sample)
        self._part.append(sample)
        if self._in_parts and lasting(self._part) >= LEAST_PART_S * self._hz:
            self._put_part()

    def cut(self) -> None:
        """The segment is complete."""
        if not self.samples:
            return
        if self._in_parts and self._part:
            self._put_part()
        begins_at = self._begins_at if self._count == 0 else None
        self._count += 1
        lasts = lasting(self.samples)
        data = media_segment(self._count, self.ticks, self.samples)
        self._disk.add(self._rendition, self._run, begins_at, lasts / self._hz, data)
        self.ticks += lasts
        self.samples, self._part = [], []

    def _put_part(self) -> None:
        before = lasting(self.samples) - lasting(self._part)
        data = media_segment(self._count + 1, self.ticks + before, self._part)
        begins_at = self._begins_at if self._count == before == 0 else None
        seconds = lasting(self._part) / self._hz
        self._disk.add_part(self._rendition, self._run, begins_at, seconds, data, is_key=self._part[0].is_sync)
        self._part = []


def lasting(samples: Iterable[Sample]) -> int:
    """How long samples last, ticks."""
    return sum(sample.duration for sample in samples)


class Pictures:
    """A run's pictures of one size. Each lasts until the next one, so the newest waits here."""

    def __init__(self, track: Track, moment: float, setup: PictureSetup) -> None:
        self._track, self._moment, self.setup = track, moment, setup
        self._newest: tuple[int, bool, bytes] | None = None
        """Its ticks since the run began, whether it is a keyframe, and its bytes."""
        self._keyframe = b""
        self._awaits_key = False
        """What is shown is older than the run: what follows on it was not kept."""
        self.cuts = 0
        """How many segments are complete."""
        self._track.open(setup)

    @property
    def cut_at(self) -> float:
        """When the segment that is being filled began."""
        return self._moment + self._track.ticks / PICTURE_HZ

    @property
    def key_due(self) -> float:
        """The moment from which on a keyframe is wanted."""
        return self._moment if self._awaits_key else self.cut_at + TARGET_S

    @property
    def seconds(self) -> float:
        """How much was cut so far."""
        return self._track.ticks / PICTURE_HZ

    @property
    def reach(self) -> float:
        """The moment of the newest picture."""
        return self._moment + (self._newest[0] if self._newest else 0) / PICTURE_HZ

    def begin(self, units: list[bytes]) -> None:
        """Show a keyframe that came before the run, until the first one in it."""
        self.add(self._moment, units, is_key=True, may_cut=False)
        self._awaits_key = True

    def add(self, moment: float, units: list[bytes], *, is_key: bool, may_cut: bool) -> None:
        if (self._awaits_key and not is_key) or (is_key and _setup_of(units) not in (self.setup, NO_SETUP)):
            self._awaits_key = True
            return
        ticks = self._complete(round((moment - self._moment) * PICTURE_HZ))
        if is_key and may_cut and ticks - self._track.ticks >= (TARGET_S - EARLY_S) * PICTURE_HZ:
            self._cut()
        data = length_prefixed([unit for unit in units if type_of(unit) not in (SPS, PPS, DELIMITER)])
        self._newest = ticks, is_key, data
        if is_key:
            self._keyframe, self._awaits_key = data, False

    def end(self, moment: float | None) -> int:
        """Up to where the newest picture is shown, ticks: until `moment`, or as long as pictures last."""
        began = self._newest[0] if self._newest else 0
        if moment is None:
            return began + round(LAST_PICTURE_S * PICTURE_HZ)
        return max(round((moment - self._moment) * PICTURE_HZ), began + 1)

    def finish(self, ends: int, *, stands_still: bool) -> None:
        """Cut what there is, at `ends`, ticks.

        `stands_still`: the other size was cut once more, so the last keyframe becomes a segment of its own.
        """
        if stands_still and self._newest is not None:
            middle = self._complete((self._newest[0] + ends) // 2)
            self._cut()
            self._newest = middle, True, self._keyframe
        self._complete(ends)
        self._cut()

    def _cut(self) -> None:
        self._track.cut()
        self.cuts += 1

    def _complete(self, ticks: int) -> int:
        """Now that the next picture is known, the newest one's duration is too; when the next one is shown."""
        if self._newest is None:
            return 0
        began, is_sync, data = self._newest
        ticks = max(ticks, began + 1)
        self._track.add(Sample(ticks - began, is_sync, data))
        return ticks


class SoundTrack:
    """A run's sound, encoded as it is mixed."""

    def __init__(self, track: Track) -> None:
        self._track, self._encoder = track, SoundEncoder()
        self.setup = self._encoder.setup
        self._track.open(self.setup)

    def add(self, samples: Samples) -> None:
        for sample in self._encoder.encode(samples):
            self._add(sample)

    def finish(self) -> None:
        for sample in self._encoder.finish():
            self._add(sample)
        self._track.cut()

    def _add(self, sample: Sample) -> None:
        self._track.add(sample)
        if len(self._track.samples) == SOUND_FRAMES:
            self._track.cut()


def _setup_of(units: Iterable[bytes]) -> PictureSetup:
    parameters = {type_of(unit): unit for unit in units}
    return PictureSetup(parameters.get(SPS, b""), parameters.get(PPS, b""))


def _described(setup: PictureSetup, bits_per_s: int) -> Rendition:
    width, height = setup.size
    return Rendition(
        (), codecs=setup.codecs, bandwidth=bits_per_s, average_bandwidth=bits_per_s, width=width, height=height
    )
