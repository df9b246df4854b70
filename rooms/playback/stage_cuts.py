"""What is kept of a broadcast from a stage, without what was trimmed. No I/O, no clock.

As in `rooms.playback.cuts`: a cut is made between segments, and the seconds of the film are those of all that was sent.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from typing import NamedTuple

from rooms.playback.cuts import KeptRun
from rooms.playback.recording import SMALL, ListedSegment, Recording, RenditionJournal, SentStretch


class StageCut:
    """What is kept from `begins` to `ends`, seconds of all that a stage has sent: `kept`, a recording of its own."""

    def __init__(self, whole: Recording, begins: float = 0.0, ends: float | None = None) -> None:
        self.whole = whole
        pictures = whole.journals["video"]
        reaches = list(accumulate((segment.seconds for segment in pictures.listed), initial=0.0))
        until = reaches[-1] if ends is None else ends
        chosen = [number for number, end in enumerate(reaches[1:]) if end > begins and reaches[number] < until]
        self.numbers = range(chosen[0], chosen[-1] + 1) if chosen else range(0)
        self.begins_at = reaches[self.numbers.start]
        """The second of the film at which the recording begins."""
        self.kept = whole if self.numbers == range(len(pictures.listed)) else self._trimmed()

    @property
    def film_s(self) -> float:
        """How long all is that was sent from the stage, seconds."""
        return self.whole.journals["video"].seconds

    @property
    def runs(self) -> list[KeptRun]:
        """The files of the recording, by runs that have both picture and sound; of two sizes, the larger pictures."""
        pictures, sound = (self.kept.journals[rendition].files_of_runs for rendition in ("video", "audio"))
        return [KeptRun(files, sound[run]) for run, files in pictures.items() if run in sound]

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return self.kept.journals["video"].seconds

    def second_of(self, moment: datetime) -> float | None:
        """The second of the recording at which this media time is seen; None when that was not sent, or not kept."""
        before = 0.0
        for stretch in self.kept.journals["video"].stretches:
            if stretch.begins_at <= moment <= stretch.ends_at:
                return before + (moment - stretch.begins_at).total_seconds()
            before += stretch.seconds
        return None

    def moment_of(self, second: float) -> datetime:
        """The media time of a second of the recording; beyond its end, that of its last one."""
        stretches = self.kept.journals["video"].stretches
        for stretch in stretches:
            if second <= stretch.seconds:
                return stretch.begins_at + timedelta(seconds=second)
            second -= stretch.seconds
        return stretches[-1].ends_at

    def second_in_film(self, second: float) -> float | None:
        """The second of the recording that is this second of the film."""
        found = second - self.begins_at
        return found if 0 <= found <= self.seconds else None

    def _trimmed(self) -> Recording:
        pictures = list(_dated(self.whole.journals["video"]))[self.numbers.start : self.numbers.stop]
        runs = {run: list(each) for run, each in groupby(pictures, key=lambda segment: segment.run)}
        kept = {run: SentStretch(each[0].begins, each[-1].ends) for run, each in runs.items()}
        heard = _dated(self.whole.journals["audio"])
        sound = [each for each in heard if each.run in kept and each.meets(kept[each.run])]
        over = self.whole.is_over
        journals = {"video": _journal(pictures, over), "audio": _journal(sound, over)}
        if SMALL in self.whole.journals:
            small = list(_dated(self.whole.journals[SMALL]))[self.numbers.start : self.numbers.stop]
            journals[SMALL] = _journal(small, over)
        return Recording(self.whole.film, journals)


class Dated(NamedTuple):
    """A segment with its own date."""

    segment: ListedSegment
    begins: datetime

    @property
    def run(self) -> int:
        return self.segment.run

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(seconds=self.segment.seconds)

    def meets(self, stretch: SentStretch) -> bool:
        return self.ends > stretch.begins_at and self.begins < stretch.ends_at


def _dated(journal: RenditionJournal) -> Iterator[Dated]:
    for stretch, (_, run) in zip(journal.stretches, groupby(journal.listed, key=lambda each: each.run), strict=True):
        begins = stretch.begins_at
        for segment in run:
            dated = Dated(segment, begins)
            yield dated
            begins = dated.ends


def _journal(dated: Iterable[Dated], is_over: bool) -> RenditionJournal:
    """Only the first segment of each run carries its date."""
    listed: list[ListedSegment] = []
    for segment, begins in dated:
        is_first = not listed or listed[-1].run != segment.run
        listed.append(segment._replace(begins_at=begins if is_first else None))
    return RenditionJournal(listed, is_over)


def beside(other: Recording, cut: StageCut) -> StageCut:
    """Of a recording on the same clock, what was sent while the kept part of this one was."""
    if cut.kept is cut.whole:
        return StageCut(other)
    stretches = cut.kept.journals["video"].stretches
    whole = list(_dated(other.journals["video"]))
    if not (stretches and whole):
        return StageCut(other, ends=0.0)
    window = SentStretch(stretches[0].begins_at, stretches[-1].ends_at)
    met = [number for number, each in enumerate(whole) if each.meets(window)]
    seconds = list(accumulate((each.segment.seconds for each in whole), initial=0.0))
    return StageCut(other, seconds[met[0]], seconds[met[-1] + 1]) if met else StageCut(other, ends=0.0)
