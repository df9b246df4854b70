"""The record of what a session sent from its stage: the playlists beside the segments are its journal. No I/O.

A *run* is a stretch whose pictures and sound follow on without a break. Each run has an initialisation segment of its
own, timestamps from zero, and a date. All renditions count the same runs, so a discontinuity is one in all of them.

The pictures may come in a second, smaller size. Both sizes are cut into the same number of segments, with the same
numbers. In a run that has one size only, the smaller rendition lists the files of the larger one, so that it is
complete from its beginning.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import NamedTuple

from rooms.errors import NoSuchSegment, TooFarAhead
from rooms.playback.film_index import FilmIndex, SoundRun
from rooms.playback.parts import HOLD_BACK_S, LISTED_SEGMENTS, PART_S, Part, part_name
from rooms.playback.playlists import Entry, LowLatency, PartEntry, media_playlist

TARGET_S = 2
"""The length of a segment; some are shorter."""
SMALL = "small"
"""The rendition of the smaller pictures; many programmes have none."""
RENDITIONS = {"video": "v", SMALL: "s", "audio": "a"}
"""Each rendition, and the letter with which the names of its files begin."""
SIGNED = "signed"
"""The directory of the interpreter's programme, within the directory of the main programme."""
INIT = re.compile(r"(?P<letter>[a-z])-(?P<number>\d{1,6})\.mp4")
SEGMENT = re.compile(r"(?P<letter>[a-z])-(?P<number>\d{1,6})\.m4s")
FARTHEST_AHEAD = 2
"""The farthest segment that a reload may wait for, counted from the one being filled (RFC 8216bis, 6.2.5.2)."""
DATE, MAP, LENGTH = "#EXT-X-PROGRAM-DATE-TIME:", '#EXT-X-MAP:URI="', "#EXTINF:"


class ListedSegment(NamedTuple):
    """A segment of one rendition. `begins_at` dates the first segment of a run; the others follow on."""

    name: str
    seconds: float
    run: int
    begins_at: datetime | None = None

    @property
    def letter(self) -> str:
        """The letter of the rendition that it was made for."""
        return self.name[0]

    @property
    def init(self) -> str:
        """The initialisation segment of its run."""
        return init_name(self.letter, self.run)


class RenditionJournal(NamedTuple):
    """The segments that one rendition has sent, in order; `is_over` once nothing more will come."""

    listed: Sequence[ListedSegment] = ()
    is_over: bool = False

    @property
    def seconds(self) -> float:
        return sum(segment.seconds for segment in self.listed)

    def cut(self, count: int) -> "RenditionJournal":
        """The journal of its first `count` segments."""
        return self if count >= len(self.listed) else RenditionJournal(self.listed[:count])

    @property
    def runs(self) -> int:
        """The number of runs."""
        return self.listed[-1].run + 1 if self.listed else 0

    @property
    def numbers(self) -> range:
        """The numbers in the names of its segments, which follow on from the first one."""
        found = SEGMENT.fullmatch(self.listed[0].name) if self.listed else None
        first = int(found["number"]) if found else 0
        return range(first, first + len(self.listed))

    def lists(self, name: str) -> bool:
        """True for the name of one of its segments or initialisation segments."""
        if found := SEGMENT.fullmatch(name):
            index = int(found["number"]) - self.numbers.start
            return 0 <= index < len(self.listed) and self.listed[index].name == name
        return any(segment.init == name for segment in self.listed)

    @property
    def ends_at(self) -> datetime | None:
        """The end of the last segment on the disk; None before the first."""
        return self.stretches[-1].ends_at if self.listed else None

    @property
    def files_of_runs(self) -> dict[int, list[str]]:
        """The files of each run, its initialisation segment first."""
        runs = groupby(self.listed, key=lambda segment: (segment.run, segment.init))
        return {run: [init, *(segment.name for segment in listed)] for (run, init), listed in runs}

    @property
    def stretches(self) -> list["SentStretch"]:
        """The times during which something was sent, one stretch for each run."""
        return [_stretch(list(run)) for _, run in groupby(self.listed, key=lambda segment: segment.run)]


class SentStretch(NamedTuple):
    """A stretch of time during which something was sent."""

    begins_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ends_at - self.begins_at).total_seconds()


class Recording(NamedTuple):
    """A session's recording, complete or not: its description, and the journal of each rendition."""

    film: FilmIndex
    journals: Mapping[str, RenditionJournal]
    parts: Mapping[str, Sequence[Part]] = MappingProxyType({})
    """The newest parts of each rendition, on a low-latency stage."""

    @property
    def is_over(self) -> bool:
        return all(journal.is_over for journal in self.journals.values())

    @property
    def version(self) -> tuple[int | str, ...]:
        """A value that changes whenever one of its playlists does."""
        counts = [len(journal.listed) for journal in self.journals.values()]
        return (self.is_over, *counts, *(parts[-1].name for parts in self.parts.values() if parts))

    @property
    def sound_runs(self) -> list[SoundRun]:
        """The runs of the sound; one that has no pictures has no second of the film, and is left out."""
        pictures, sound = self.journals["video"], self.journals["audio"]
        begins, film_s = {}, 0.0
        for run, stretch in zip(pictures.files_of_runs, pictures.stretches, strict=True):
            begins[run] = film_s, stretch.begins_at
            film_s += stretch.seconds
        found = []
        for (run, files), stretch in zip(sound.files_of_runs.items(), sound.stretches, strict=True):
            if run in begins:
                run_s, run_at = begins[run]
                found.append(SoundRun(run_s + (stretch.begins_at - run_at).total_seconds(), files))
        return found

    def newest_parts(self, rendition: str) -> list[Part]:
        """The parts of the segment that is being filled."""
        following = self.journals[rendition].numbers.stop
        return [part for part in self.parts.get(rendition, ()) if part.segment == following]

    def has_come_to(self, rendition: str, segment: int, part: int | None) -> bool:
        """True when a rendition's playlist has this segment or part, or cannot be waited for (RFC 8216bis, 6.2.5.2).

        `segment` counts from zero. A part number beyond a segment's last part means the first part of the next segment.
        Raises TooFarAhead.
        """
        journal, parts = self.journals.get(rendition), self.parts.get(rendition)
        if journal is None or journal.is_over or not parts:
            return True
        following = len(journal.listed)
        if segment > following + FARTHEST_AHEAD:
            raise TooFarAhead(segment)
        newest = self.newest_parts(rendition)
        if segment == following:
            return part is not None and part < len(newest)
        if segment == following - 1 and part is not None:
            return bool(newest) or part < sum(each.segment == segment for each in parts)
        return segment < following

    def goes_on(self, rendition: str, parts: Sequence[Part]) -> bool:
        """True when these parts are newer than a rendition's segments.

        The smaller size has no newer parts while it lists the files of the larger one.
        """
        return bool(parts) and parts[-1].segment >= self.journals[rendition].numbers.stop - 1

    def is_next_part(self, name: str) -> bool:
        """True for the part that a playlist announces as the next one."""
        return any(name == self._next_part(rendition) for rendition, parts in self.parts.items() if parts)

    def _next_part(self, rendition: str) -> str:
        following = self.journals[rendition].numbers.stop
        return part_name(RENDITIONS[rendition], following, len(self.newest_parts(rendition)))

    def playlist(self, rendition: str, base: str, *, delta: bool = False) -> str:
        """A rendition's media playlist. Raises NoSuchSegment for a rendition that it does not have."""
        if rendition not in self.journals:
            raise NoSuchSegment(rendition)
        return write(self.journals[rendition], rendition, base, delta=delta, parts=self.parts.get(rendition))

    def lists(self, name: str) -> bool:
        """True for a file that was sent: a file that is written but not listed yet is not given to anybody."""
        if any(name in (part.name, part.init) for parts in self.parts.values() for part in parts):
            return True
        return any(journal.lists(name) for journal in self.journals.values())


def init_name(letter: str, run: int) -> str:
    return f"{letter}-{run}.mp4"


def segment_name(letter: str, number: int) -> str:
    return f"{letter}-{number}.m4s"


def playlist_name(rendition: str) -> str:
    return f"{rendition}.m3u8"


def read(text: str) -> RenditionJournal:
    """The journal that `write` wrote. Raises ValueError for anything else."""
    listed: list[ListedSegment] = []
    run, begins_at, seconds = -1, None, 0.0
    for line in text.splitlines():
        if line.startswith(MAP):
            found = INIT.fullmatch(line[len(MAP) : -1])
            if not found:
                raise ValueError(f"not an initialisation segment of ours: {line}")
            run = int(found["number"])
        elif line.startswith(DATE):
            begins_at = datetime.fromisoformat(line[len(DATE) :])
        elif line.startswith(LENGTH):
            seconds = float(line[len(LENGTH) :].rstrip(","))
        elif line and not line.startswith("#"):
            listed.append(ListedSegment(line, seconds, run, begins_at))
            begins_at = None
    return RenditionJournal(listed, "#EXT-X-ENDLIST" in text.splitlines())


def write(
    journal: RenditionJournal,
    rendition: str,
    base: str = "",
    *,
    delta: bool = False,
    parts: Sequence[Part] | None = None,
) -> str:
    """A rendition's media playlist, or with `delta` what is new in it; `base` goes before every name.

    `parts` are the parts of its newest segments, and of the segment that is being filled.
    """
    longest_s = max((segment.seconds for segment in journal.listed), default=0)
    letter, low_latency = RENDITIONS[rendition], None
    entries = list(_entries(journal.listed, base))
    if parts and not journal.is_over:
        entries = _with_parts(entries, journal, parts, base)
        newest = sum(part.segment == journal.numbers.stop for part in parts)
        low_latency = LowLatency(PART_S, HOLD_BACK_S, base + part_name(letter, journal.numbers.stop, newest))
    return media_playlist(
        entries,
        init=None,
        longest_s=max(longest_s, TARGET_S),
        ended=journal.is_over,
        delta=delta,
        low_latency=low_latency,
    )


def missing(stretches: Sequence[SentStretch], pauses: Iterable[SentStretch] = ()) -> list[SentStretch]:
    """The gaps between the stretches that were sent, apart from the session's pauses."""
    gaps = [SentStretch(one.ends_at, other.begins_at) for one, other in pairwise(stretches)]
    for pause in pauses:
        gaps = [rest for gap in gaps for rest in _without(gap, pause)]
    return [gap for gap in gaps if gap.seconds >= LEAST_GAP_S]


LEAST_GAP_S = 0.5
"""A shorter gap is none: two sources that take turns are seldom exact to the frame."""


def _without(gap: SentStretch, pause: SentStretch) -> Iterator[SentStretch]:
    """The parts of a gap that are not within a pause."""
    if pause.ends_at <= gap.begins_at or pause.begins_at >= gap.ends_at:
        yield gap
        return
    if gap.begins_at < pause.begins_at:
        yield SentStretch(gap.begins_at, pause.begins_at)
    if pause.ends_at < gap.ends_at:
        yield SentStretch(pause.ends_at, gap.ends_at)


def _stretch(run: Sequence[ListedSegment]) -> SentStretch:
    begins_at = run[0].begins_at
    if begins_at is None:
        raise ValueError("a run has no date")
    return SentStretch(begins_at, begins_at + timedelta(seconds=sum(segment.seconds for segment in run)))


def _entries(listed: Iterable[ListedSegment], base: str, run: int = -1) -> Iterator[Entry]:
    """List segments as entries; `run` is the run of the segment before them."""
    for segment in listed:
        is_new = segment.run != run
        yield Entry(
            uri=base + segment.name,
            seconds=segment.seconds,
            begins_at=segment.begins_at,
            discontinuities=segment.run - max(run, 0) if is_new else 0,
            init=base + segment.init if is_new else None,
        )
        run = segment.run


def _with_parts(entries: list[Entry], journal: RenditionJournal, parts: Sequence[Part], base: str) -> list[Entry]:
    """Add the parts of the newest segments, and at the end the segment that is being filled."""
    listed = {
        number: [PartEntry(base + each.name, each.seconds, each.is_independent) for each in group]
        for number, group in groupby(parts, key=lambda part: part.segment)
    }
    following = journal.numbers.stop
    for number in range(max(journal.numbers.start, following - LISTED_SEGMENTS), following):
        index = number - journal.numbers.start
        entries[index] = replace(entries[index], parts=listed.get(number, ()))
    newest = next((part for part in parts if part.segment == following), None)
    if newest is None:
        return entries
    filled = _entries([ListedSegment(newest.name, 0.0, newest.run, newest.begins_at)], base, run=journal.runs - 1)
    return [*entries, *(replace(entry, uri="", parts=listed[following]) for entry in filled)]
