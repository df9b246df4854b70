"""Cuts of a broadcast from a stage: the part that its recording keeps. No I/O, no clock.

As in `rooms.playback.cuts`, a cut is made between segments; film seconds count through everything that was sent.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from typing import NamedTuple

from rooms.playback.cuts import KeptRun
from rooms.playback.recording import SMALL, ListedSegment, Recording, RenditionJournal, SentStretch


class StageCut:
    """The segments that are kept from `begins_s` to `ends_s`, film seconds: `kept` is a recording of its own."""

    def __init__(self, whole: Recording, begins_s: float = 0.0, ends_s: float | None = None) -> None:
        self.whole = whole
        pictures = whole.journals["video"]
        reached_s = list(accumulate((segment.seconds for segment in pictures.listed), initial=0.0))
        until_s = reached_s[-1] if ends_s is None else ends_s
        chosen = [
            number for number, end_s in enumerate(reached_s[1:]) if end_s > begins_s and reached_s[number] < until_s
        ]
        self.numbers = range(chosen[0], chosen[-1] + 1) if chosen else range(0)
        self.begins_s = reached_s[self.numbers.start]
        """The film second at which the recording begins."""
        self.kept = whole if self.numbers == range(len(pictures.listed)) else self._trimmed()

    @property
    def film_length_s(self) -> float:
        """The length of everything that was sent from the stage."""
        return self.whole.journals["video"].seconds

    @property
    def length_s(self) -> float:
        """The length of the recording."""
        return self.kept.journals["video"].seconds

    @property
    def runs(self) -> list[KeptRun]:
        """The files of the recording, by runs that have both picture and sound; of two sizes, the larger pictures."""
        pictures, sound = (self.kept.journals[rendition].files_of_runs for rendition in ("video", "audio"))
        return [KeptRun(files, sound[run]) for run, files in pictures.items() if run in sound]

    def recording_second_at(self, media_time: datetime) -> float | None:
        """The recording second that was sent at this media time; None when nothing was sent then, or kept."""
        before_s = 0.0
        for stretch in self.kept.journals["video"].stretches:
            if stretch.begins_at <= media_time <= stretch.ends_at:
                return before_s + (media_time - stretch.begins_at).total_seconds()
            before_s += stretch.seconds
        return None

    def media_time_of(self, recording_s: float) -> datetime:
        """The media time of a recording second; beyond the recording's end, the media time of that end."""
        stretches = self.kept.journals["video"].stretches
        for stretch in stretches:
            if recording_s <= stretch.seconds:
                return stretch.begins_at + timedelta(seconds=recording_s)
            recording_s -= stretch.seconds
        return stretches[-1].ends_at

    def recording_second_of(self, film_s: float) -> float | None:
        """The recording second that shows this film second; None when it was not kept."""
        found = film_s - self.begins_s
        return found if 0 <= found <= self.length_s else None

    def _trimmed(self) -> Recording:
        pictures = list(_dated(self.whole.journals["video"]))[self.numbers.start : self.numbers.stop]
        runs = {run: list(each) for run, each in groupby(pictures, key=lambda segment: segment.run)}
        kept = {run: SentStretch(each[0].begins_at, each[-1].ends_at) for run, each in runs.items()}
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
    begins_at: datetime

    @property
    def run(self) -> int:
        return self.segment.run

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + timedelta(seconds=self.segment.seconds)

    def meets(self, stretch: SentStretch) -> bool:
        return self.ends_at > stretch.begins_at and self.begins_at < stretch.ends_at


def _dated(journal: RenditionJournal) -> Iterator[Dated]:
    for stretch, (_, run) in zip(journal.stretches, groupby(journal.listed, key=lambda each: each.run), strict=True):
        begins_at = stretch.begins_at
        for segment in run:
            dated = Dated(segment, begins_at)
            yield dated
            begins_at = dated.ends_at


def _journal(dated: Iterable[Dated], is_over: bool) -> RenditionJournal:
    """List segments; only the first one of each run carries its date."""
    listed: list[ListedSegment] = []
    for segment, begins_at in dated:
        is_first = not listed or listed[-1].run != segment.run
        listed.append(segment._replace(begins_at=begins_at if is_first else None))
    return RenditionJournal(listed, is_over)


def beside(other: Recording, cut: StageCut) -> StageCut:
    """Cut another recording on the same clock to the time during which the kept part of this one was sent."""
    if cut.kept is cut.whole:
        return StageCut(other)
    stretches = cut.kept.journals["video"].stretches
    whole = list(_dated(other.journals["video"]))
    if not (stretches and whole):
        return StageCut(other, ends_s=0.0)
    window = SentStretch(stretches[0].begins_at, stretches[-1].ends_at)
    met = [number for number, each in enumerate(whole) if each.meets(window)]
    reached_s = list(accumulate((each.segment.seconds for each in whole), initial=0.0))
    return StageCut(other, reached_s[met[0]], reached_s[met[-1] + 1]) if met else StageCut(other, ends_s=0.0)
