"""What a stage's session has sent, as the playlists beside its segments say: they are its journal. No I/O.

A *run* is a stretch whose pictures and sound follow on without a break; the next one has an initialisation segment of
its own, timestamps from zero, and a date. All renditions count the same runs, so a discontinuity is one in all of them.

The pictures may come in a second, smaller size. Both are cut into as many segments, which bear the same numbers; of a
run that has one size only, the second rendition lists the very files of the first, so it is whole from its beginning.
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
"""How long a segment should be."""
SMALL = "small"
"""The rendition of the smaller pictures, which there need not be."""
RENDITIONS = {"video": "v", SMALL: "s", "audio": "a"}
"""Each rendition and the letter that its files' names begin with."""
SIGNED = "signed"
"""The directory of the interpreter's programme, below that of the programme which it belongs to."""
INIT = re.compile(r"(?P<letter>[a-z])-(?P<number>\d{1,6})\.mp4")
SEGMENT = re.compile(r"(?P<letter>[a-z])-(?P<number>\d{1,6})\.m4s")
FARTHEST_AHEAD = 2
"""A playlist waits for no segment that is further away from the one that is being filled (RFC 8216bis, 6.2.5.2)."""
DATE, MAP, LENGTH = "#EXT-X-PROGRAM-DATE-TIME:", '#EXT-X-MAP:URI="', "#EXTINF:"


class ListedSegment(NamedTuple):
    """A segment of one rendition. `begins_at` dates the first one of a run; the others follow on."""

    name: str
    seconds: float
    run: int
    begins_at: datetime | None = None

    @property
    def letter(self) -> str:
        """That of the rendition which it was made for."""
        return self.name[0]

    @property
    def init(self) -> str:
        """The initialisation segment of its run."""
        return init_name(self.letter, self.run)


class RenditionJournal(NamedTuple):
    """What one rendition has sent, in order, and whether nothing more will come."""

    listed: Sequence[ListedSegment] = ()
    is_over: bool = False

    @property
    def seconds(self) -> float:
        return sum(segment.seconds for segment in self.listed)

    def cut(self, count: int) -> "RenditionJournal":
        """Its first so many segments."""
        return self if count >= len(self.listed) else RenditionJournal(self.listed[:count])

    @property
    def runs(self) -> int:
        """How many runs there were."""
        return self.listed[-1].run + 1 if self.listed else 0

    @property
    def numbers(self) -> range:
        """The numbers in its segments' names: they follow on from the first one that is listed."""
        found = SEGMENT.fullmatch(self.listed[0].name) if self.listed else None
        first = int(found["number"]) if found else 0
        return range(first, first + len(self.listed))

    def lists(self, name: str) -> bool:
        """Whether this segment or initialisation segment is in it."""
        if found := SEGMENT.fullmatch(name):
            place = int(found["number"]) - self.numbers.start
            return 0 <= place < len(self.listed) and self.listed[place].name == name
        return any(segment.init == name for segment in self.listed)

    @property
    def ends_at(self) -> datetime | None:
        """The moment up to which it is on the disk."""
        return self.stretches[-1].ends_at if self.listed else None

    @property
    def files_of_runs(self) -> dict[int, list[str]]:
        """The files of each run, its initialisation segment first."""
        runs = groupby(self.listed, key=lambda segment: (segment.run, segment.init))
        return {run: [init, *(segment.name for segment in listed)] for (run, init), listed in runs}

    @property
    def stretches(self) -> list["SentStretch"]:
        """When something was sent, a stretch for each run."""
        return [_stretch(list(run)) for _, run in groupby(self.listed, key=lambda segment: segment.run)]


class SentStretch(NamedTuple):
    """From one moment to another."""

    begins_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ends_at - self.begins_at).total_seconds()


class Recording(NamedTuple):
    """A session's recording, complete or not: what it is, and what each rendition has sent."""

    film: FilmIndex
    journals: Mapping[str, RenditionJournal]
    parts: Mapping[str, Sequence[Part]] = MappingProxyType({})
    """Of each rendition, where the stage is to be seen soon."""

    @property
    def is_over(self) -> bool:
        return all(journal.is_over for journal in self.journals.values())

    @property
    def version(self) -> tuple[int | str, ...]:
        """It changes whenever a playlist does."""
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
        """Whether its playlist has this segment or part (RFC 8216bis, 6.2.5.2), or is not one that can be waited for.

        A part beyond a segment's last one is the first of the next segment. Raises TooFarAhead.
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
        """Whether these are its newest: a smaller size has none of its own while it lists the larger one's files."""
        return bool(parts) and parts[-1].segment >= self.journals[rendition].numbers.stop - 1

    def is_next_part(self, name: str) -> bool:
        """Whether this is the part that its playlist says will come next."""
        return any(name == self._next_part(rendition) for rendition, parts in self.parts.items() if parts)

    def _next_part(self, rendition: str) -> str:
        following = self.journals[rendition].numbers.stop
        return part_name(RENDITIONS[rendition], following, len(self.newest_parts(rendition)))

    def playlist(self, rendition: str, base: str, *, delta: bool = False) -> str:
        """Raises NoSuchSegment for a rendition that it does not have."""
        if rendition not in self.journals:
            raise NoSuchSegment(rendition)
        return write(self.journals[rendition], rendition, base, delta=delta, parts=self.parts.get(rendition))

    def lists(self, name: str) -> bool:
        """Whether this file was sent: what was written and not listed yet does not exist for anybody."""
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
    """A rendition's media playlist, or what is new in it; `base` goes before every name.

    With `parts`, those of its newest segments, and of the one that is being filled.
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
    """Where something is missing between the stretches that were sent, beside the pauses that were wanted."""
    gaps = [SentStretch(one.ends_at, other.begins_at) for one, other in pairwise(stretches)]
    for pause in pauses:
        gaps = [rest for gap in gaps for rest in _without(gap, pause)]
    return [gap for gap in gaps if gap.seconds >= LEAST_GAP_S]


LEAST_GAP_S = 0.5
"""What is shorter nobody misses: two sources that take turns are seldom exact to the frame."""


def _without(gap: SentStretch, pause: SentStretch) -> Iterator[SentStretch]:
    """What a pause leaves of a gap."""
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
    """`run` is that of the segment before."""
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
    """The newest segments with their parts, and at the end the segment that is being filled."""
    listed = {
        number: [PartEntry(base + each.name, each.seconds, each.is_independent) for each in group]
        for number, group in groupby(parts, key=lambda part: part.segment)
    }
    following = journal.numbers.stop
    for number in range(max(journal.numbers.start, following - LISTED_SEGMENTS), following):
        place = number - journal.numbers.start
        entries[place] = replace(entries[place], parts=listed.get(number, ()))
    newest = next((part for part in parts if part.segment == following), None)
    if newest is None:
        return entries
    filled = _entries([ListedSegment(newest.name, 0.0, newest.run, newest.begins_at)], base, run=journal.runs - 1)
    return [*entries, *(replace(entry, uri="", parts=listed[following]) for entry in filled)]
