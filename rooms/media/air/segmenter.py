"""Gathers the samples of one rendition of one run into segments, and into parts for low-latency HLS."""

from collections.abc import Iterable
from datetime import datetime

from rooms.media.air.cmaf import PictureSetup, Sample, SoundSetup, init_segment, media_segment
from rooms.media.air.disk import Disk
from rooms.playback.parts import LEAST_PART_S, PART_S


class Segmenter:
    """Takes samples, and writes segments and parts to the disk; `hz` is the timescale, ticks per second."""

    def __init__(
        self, disk: Disk, rendition: str, run: int, hz: int, begins_at: datetime, *, in_parts: bool = False
    ) -> None:
        self._disk, self._rendition, self._run, self._hz, self._begins_at = disk, rendition, run, hz, begins_at
        self._in_parts = in_parts
        self.begins_ticks = 0
        """The beginning of the segment that is being filled."""
        self.samples: list[Sample] = []
        """The samples of that segment."""
        self._part: list[Sample] = []
        """The samples of the segment that are in no part yet."""
        self._count = 0

    def open(self, setup: PictureSetup | SoundSetup) -> None:
        self._disk.open_run(self._rendition, self._run, init_segment(setup))

    def add(self, sample: Sample) -> None:
        if self._in_parts and self._part and lasting_ticks([*self._part, sample]) > PART_S * self._hz:
            self._put_part()
        self.samples.append(sample)
        self._part.append(sample)
        if self._in_parts and lasting_ticks(self._part) >= LEAST_PART_S * self._hz:
            self._put_part()

    def cut(self) -> None:
        """Write the segment, if it has samples, and begin the next."""
        if not self.samples:
            return
        if self._in_parts and self._part:
            self._put_part()
        begins_at = self._begins_at if self._count == 0 else None
        self._count += 1
        lasts_ticks = lasting_ticks(self.samples)
        data = media_segment(self._count, self.begins_ticks, self.samples)
        self._disk.add(self._rendition, self._run, begins_at, lasts_ticks / self._hz, data)
        self.begins_ticks += lasts_ticks
        self.samples, self._part = [], []

    def _put_part(self) -> None:
        before_ticks = lasting_ticks(self.samples) - lasting_ticks(self._part)
        data = media_segment(self._count + 1, self.begins_ticks + before_ticks, self._part)
        begins_at = self._begins_at if self._count == before_ticks == 0 else None
        seconds = lasting_ticks(self._part) / self._hz
        self._disk.add_part(self._rendition, self._run, begins_at, seconds, data, is_keyframe=self._part[0].is_sync)
        self._part = []


def lasting_ticks(samples: Iterable[Sample]) -> int:
    """Return the sum of the samples' durations."""
    return sum(sample.duration_ticks for sample in samples)
