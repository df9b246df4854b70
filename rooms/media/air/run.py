"""A run: a stretch of a programme without a break, with pictures of one size or two, and with sound."""

from collections.abc import Iterable

from rooms.media.air.audio import Samples, SoundEncoder
from rooms.media.air.cmaf import AAC_FRAME_SAMPLES, PICTURE_HZ, SOUND_HZ, PictureSetup, Sample, length_prefixed
from rooms.media.air.segmenter import Segmenter
from rooms.media.rtc.h264 import DELIMITER, PPS, SPS, type_of
from rooms.playback.recording import TARGET_S

EARLY_S = 0.5
"""A segment may be cut at a keyframe this much before the target duration."""
SOUND_FRAMES = round(TARGET_S * SOUND_HZ / AAC_FRAME_SAMPLES)
LAST_PICTURE_S = 1 / 30
"""The duration of a run's last picture, as no next picture gives it."""
NO_SETUP = PictureSetup(b"", b"")
"""The setup of a keyframe without parameter sets, and of a size that is not sent."""


class Run:
    """A stretch without a break. `first_sample` and `end_sample` bound its sound, on our monotonic clock.

    Pictures of two sizes are cut into the same number of segments, each size on its own keyframes.
    """

    def __init__(self, begins_at_s: float, pictures: "RunPictures", sound: "RunSound") -> None:
        self.begins_at_s, self.pictures, self.sound = begins_at_s, pictures, sound
        self.small: RunPictures | None = None
        self.first_sample = round(begins_at_s * SOUND_HZ)
        self.end_sample: int | None = None

    @property
    def sizes(self) -> "list[RunPictures]":
        return [self.pictures, self.small] if self.small else [self.pictures]

    @property
    def small_setup(self) -> PictureSetup:
        return self.small.setup if self.small else NO_SETUP

    def add(self, pictures: "RunPictures", at_s: float, units: list[bytes], *, is_keyframe: bool) -> None:
        """Add a picture of one size. A size that has more segments than the other is not cut."""
        may_cut = pictures.cuts == min(each.cuts for each in self.sizes)
        pictures.add(at_s, units, is_keyframe=is_keyframe, may_cut=may_cut)

    def close(self, at_s: float | None) -> None:
        end_ticks = self.pictures.end_ticks(at_s)
        most = max(each.cuts for each in self.sizes)
        for pictures in self.sizes:
            pictures.finish(end_ticks, stands_still=pictures.cuts < most)
        self.end_sample = self.first_sample + round(self.pictures.seconds * SOUND_HZ)


class RunPictures:
    """A run's pictures of one size. A picture lasts until the next one, so the newest picture waits here."""

    def __init__(self, segmenter: Segmenter, begins_at_s: float, setup: PictureSetup) -> None:
        self._segmenter, self._begins_at_s, self.setup = segmenter, begins_at_s, setup
        self._newest: tuple[int, bool, bytes] | None = None
        """The newest picture: ticks since the run began, True for a keyframe, and its bytes."""
        self._keyframe = b""
        self._awaits_keyframe = False
        """True while pictures are left out until a keyframe: the pictures before were not kept."""
        self.cuts = 0
        """The number of complete segments."""
        self._segmenter.open(setup)

    @property
    def cut_at_s(self) -> float:
        """The beginning of the segment that is being filled."""
        return self._begins_at_s + self._segmenter.begins_ticks / PICTURE_HZ

    @property
    def keyframe_due_s(self) -> float:
        """The time from which a keyframe is wanted."""
        return self._begins_at_s if self._awaits_keyframe else self.cut_at_s + TARGET_S

    @property
    def seconds(self) -> float:
        """The duration of the complete segments."""
        return self._segmenter.begins_ticks / PICTURE_HZ

    @property
    def newest_at_s(self) -> float:
        """The time of the newest picture."""
        return self._begins_at_s + (self._newest[0] if self._newest else 0) / PICTURE_HZ

    def begin(self, units: list[bytes]) -> None:
        """Show a keyframe that came before the run, until the run's first keyframe."""
        self.add(self._begins_at_s, units, is_keyframe=True, may_cut=False)
        self._awaits_keyframe = True

    def add(self, at_s: float, units: list[bytes], *, is_keyframe: bool, may_cut: bool) -> None:
        if (self._awaits_keyframe and not is_keyframe) or (
            is_keyframe and setup_of(units) not in (self.setup, NO_SETUP)
        ):
            self._awaits_keyframe = True
            return
        ticks = self._complete(round((at_s - self._begins_at_s) * PICTURE_HZ))
        if is_keyframe and may_cut and ticks - self._segmenter.begins_ticks >= (TARGET_S - EARLY_S) * PICTURE_HZ:
            self._cut()
        data = length_prefixed([unit for unit in units if type_of(unit) not in (SPS, PPS, DELIMITER)])
        self._newest = ticks, is_keyframe, data
        if is_keyframe:
            self._keyframe, self._awaits_keyframe = data, False

    def end_ticks(self, at_s: float | None) -> int:
        """Return the end of the newest picture: `at_s`, or one picture's duration later when `at_s` is None."""
        began_ticks = self._newest[0] if self._newest else 0
        if at_s is None:
            return began_ticks + round(LAST_PICTURE_S * PICTURE_HZ)
        return max(round((at_s - self._begins_at_s) * PICTURE_HZ), began_ticks + 1)

    def finish(self, end_ticks: int, *, stands_still: bool) -> None:
        """Cut the last segment, at `end_ticks`.

        With `stands_still` the other size has one segment more, so the last keyframe becomes a segment of its own.
        """
        if stands_still and self._newest is not None:
            middle_ticks = self._complete((self._newest[0] + end_ticks) // 2)
            self._cut()
            self._newest = middle_ticks, True, self._keyframe
        self._complete(end_ticks)
        self._cut()

    def _cut(self) -> None:
        self._segmenter.cut()
        self.cuts += 1

    def _complete(self, ticks: int) -> int:
        """Write the newest picture, now that the next one gives its duration; returns the next one's ticks."""
        if self._newest is None:
            return 0
        began_ticks, is_sync, data = self._newest
        ticks = max(ticks, began_ticks + 1)
        self._segmenter.add(Sample(ticks - began_ticks, is_sync, data))
        return ticks


class RunSound:
    """A run's sound, encoded and cut at even lengths."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter, self._encoder = segmenter, SoundEncoder()
        self.setup = self._encoder.setup
        self._segmenter.open(self.setup)

    def add(self, samples: Samples) -> None:
        for sample in self._encoder.encode(samples):
            self._add(sample)

    def finish(self) -> None:
        for sample in self._encoder.finish():
            self._add(sample)
        self._segmenter.cut()

    def _add(self, sample: Sample) -> None:
        self._segmenter.add(sample)
        if len(self._segmenter.samples) == SOUND_FRAMES:
            self._segmenter.cut()


def setup_of(units: Iterable[bytes]) -> PictureSetup:
    """Return the parameter sets among a picture's NAL units; they are empty where there are none."""
    parameters = {type_of(unit): unit for unit in units}
    return PictureSetup(parameters.get(SPS, b""), parameters.get(PPS, b""))
