"""Cuts a programme into segments, pictures on keyframes and sound at even lengths, in runs that both share.

A run lasts while pictures come without a break in one size, or in the same two; see `rooms/playback/recording.py`.
Seconds are those of our monotonic clock; adding `epoch_s` makes them dates. Told the time. Segments go to the `Disk`.
"""

from collections import deque
from datetime import UTC, datetime

from rooms.media.air.audio import Mixer, Samples
from rooms.media.air.cmaf import PICTURE_HZ, SOUND_HZ, PictureSetup
from rooms.media.air.disk import Disk
from rooms.media.air.run import NO_SETUP, Run, RunPictures, RunSound, setup_of
from rooms.media.air.segmenter import Segmenter
from rooms.media.rtc.h264 import split
from rooms.playback.film_index import FilmIndex, Rendition
from rooms.playback.recording import SMALL

LONGEST_S = 10
"""Without a keyframe in this time the run ends, and pictures are left out up to the next keyframe."""
SUPPOSED_BITS_PER_S, SUPPOSED_SMALL_BITS_PER_S, SUPPOSED_FRAMES_PER_S = 2_500_000, 600_000, 30
"""The multivariant playlist's figures before anything is measured."""


class Packager:
    """One programme's segments. With `in_parts`, each segment is published in parts before it is whole."""

    def __init__(self, disk: Disk, *, epoch_s: float, in_parts: bool = False) -> None:
        self.disk, self.epoch_s, self.in_parts = disk, epoch_s, in_parts
        self._mixer: Mixer | None = None
        self.run: Run | None = None
        self._next_run = disk.runs
        self._ended_at_s = 0.0
        """The end of the last run; the next run cannot begin before it."""
        self._sounding: deque[Run] = deque()
        """Runs whose sound is incomplete, as sound is mixed later than pictures are cut."""

    @property
    def keyframe_due_s(self) -> float | None:
        """The time from which a keyframe is wanted; None while no picture is shown."""
        return min(pictures.keyframe_due_s for pictures in self.run.sizes) if self.run else None

    def picture(self, at_s: float, access_unit: bytes, *, is_keyframe: bool, small: bytes | None = None) -> None:
        """Add the next picture that is shown. While there is no run, only a keyframe is used.

        `small` is the newest keyframe of the smaller size, None when the source sends no smaller size.
        """
        units = split(access_unit)
        if is_keyframe:
            self._settle_run(at_s, units, small)
        if self.run is None:
            return
        if at_s - self.run.pictures.cut_at_s > LONGEST_S or not self.disk.has_room:
            self.close_run()
            return
        self.run.add(self.run.pictures, at_s, units, is_keyframe=is_keyframe)

    def small_picture(self, at_s: float, access_unit: bytes, *, is_keyframe: bool) -> None:
        """Add the next picture of the smaller size. It is left out when the run has one size."""
        if self.run is not None and self.run.small is not None:
            self.run.add(self.run.small, at_s, split(access_unit), is_keyframe=is_keyframe)

    def hear(self, at_sample: int, samples: Samples) -> None:
        """Add a voice's sound. Before the first run it is left out."""
        if self._mixer:
            self._mixer.add(at_sample, samples)

    def finish(self) -> None:
        """Complete the sound of all runs; the last run must be closed."""
        if self._sounding:
            self.advance((self._sounding[-1].end_sample or 0) / SOUND_HZ)

    def advance(self, until_s: float) -> None:
        """Mix and encode all sound up to `until_s`, but none beyond the newest picture.

        A next run's sound must begin with its first picture, and before that picture its time is unknown.
        """
        until_sample = round(min(until_s, self.run.pictures.newest_at_s if self.run else until_s) * SOUND_HZ)
        while self._mixer and self._sounding:
            run = self._sounding[0]
            if self._mixer.at_sample < run.first_sample:
                self._mixer.skip(min(run.first_sample, until_sample))
            up_to_sample = until_sample if run.end_sample is None else min(until_sample, run.end_sample)
            run.sound.add(self._mixer.take(up_to_sample))
            if run.end_sample is None or self._mixer.at_sample < run.end_sample:
                return
            run.sound.finish()
            self._sounding.popleft()

    def close_run(self, at_s: float | None = None) -> None:
        """End the run, if there is one. Its last picture is shown up to `at_s`."""
        if self.run is None:
            return
        self.run.close(at_s)
        self._ended_at_s = self.run.begins_at_s + self.run.pictures.seconds
        self.run = None

    def _settle_run(self, at_s: float, units: list[bytes], small: bytes | None) -> None:
        """Begin a run at a keyframe when there is none, or when decoders need another configuration."""
        small_units = split(small) if small else []
        setup, small_setup = setup_of(units), setup_of(small_units)
        if not small_setup.is_whole:
            small_setup = NO_SETUP
        if self.run and setup in (self.run.pictures.setup, NO_SETUP) and small_setup == self.run.small_setup:
            return
        self.close_run(at_s)
        if setup.is_whole and self.disk.has_room:
            self._open_run(max(at_s, self._ended_at_s), setup, small_setup, small_units)

    def _open_run(self, begins_at_s: float, setup: PictureSetup, small: PictureSetup, small_units: list[bytes]) -> None:
        begins_at = datetime.fromtimestamp(begins_at_s + self.epoch_s, UTC)

        def segmenter(rendition: str, hz: int) -> Segmenter:
            return Segmenter(self.disk, rendition, self._next_run, hz, begins_at, in_parts=self.in_parts)

        pictures = RunPictures(segmenter("video", PICTURE_HZ), begins_at_s, setup)
        self.run = Run(begins_at_s, pictures, RunSound(segmenter("audio", SOUND_HZ)))
        if small is not NO_SETUP:
            self.run.small = RunPictures(segmenter(SMALL, PICTURE_HZ), begins_at_s, small)
            self.run.small.begin(small_units)
        self._next_run += 1
        self._sounding.append(self.run)
        self._mixer = self._mixer or Mixer(self.run.first_sample)
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


def _described(setup: PictureSetup, bits_per_s: int) -> Rendition:
    width, height = setup.size
    return Rendition(
        (), codecs=setup.codecs, bandwidth=bits_per_s, average_bandwidth=bits_per_s, width=width, height=height
    )
