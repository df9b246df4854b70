"""A film played as if live: which of its segments a session has sent by a given time. No I/O, no clock.

The film is repeated while the session lasts; a pause stops the programme and delays everything after it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from rooms.errors import NoSuchSegment, NotYet
from rooms.playback.film_index import FilmIndex, Rendition
from rooms.playback.playlists import Entry, longest_segment_s, media_playlist

NOTHING = timedelta(0)
KNOWN_AFTER = timedelta(seconds=5)
"""The time after an end in which a playlist may still be made without it: the end has to be stored first."""
KINDS = {"video": "v", "audio": "a", "captions": "c"}
"""Each rendition and the letter that its segments' names begin with."""
NAME = re.compile(r"(?P<letter>[vac])-(?P<loop>\d{1,6})-(?P<index>\d{1,6})\.(?:m4s|vtt)")


class Pause(NamedTuple):
    """A stretch in which nothing was sent; None as `resumed_at`: it has not ended yet."""

    paused_at: datetime
    resumed_at: datetime | None


class SimuliveRun(NamedTuple):
    """A part of the programme without a pause: it begins at `position`, which was sent at `begins_at`."""

    position: timedelta
    begins_at: datetime


class FilmProgramme:
    """The programme that one session sends out, from its actual start to its actual end.

    A position is the programme time that was sent since the start. Segments count from 0 through all repeats of the
    film. A segment is sent when the programme has reached its end, as it would be by an encoder.
    """

    def __init__(
        self,
        film: FilmIndex,
        started_at: datetime,
        pauses: Iterable[Pause] = (),
        ended_at: datetime | None = None,
    ) -> None:
        self.film = film
        self.started_at = started_at
        self.pauses = sorted(pauses, key=lambda pause: (pause.paused_at, pause.resumed_at is None))
        self.ended_at = ended_at
        self._ends = film.ends
        self._duration = film.duration

    def is_over(self, now: datetime) -> bool:
        return self.ended_at is not None and now >= self.ended_at

    def elapsed(self, now: datetime) -> timedelta:
        """The position that was reached by then: the time since the start without the pauses."""
        until = min(now, self.ended_at) if self.ended_at else now
        played = until - self.started_at
        for pause in self.pauses:
            if pause.paused_at < until:
                played -= min(pause.resumed_at or until, until) - pause.paused_at
        return max(played, NOTHING)

    def sent(self, now: datetime) -> int:
        """The number of segments that were sent by then."""
        return self.segments_before(self.elapsed(now))

    def listed(self, now: datetime) -> timedelta:
        """The position that a playlist may have reached by then: one made before the end was known goes beyond it."""
        unknown = min(now - self.ended_at, KNOWN_AFTER) if self.ended_at else NOTHING
        return self.elapsed(now) + max(unknown, NOTHING)

    def position_of_segment(self, number: int) -> timedelta:
        """The position at which a segment begins."""
        loop, index = divmod(number, len(self._ends))
        return loop * self._duration + (self._ends[index - 1] if index else NOTHING)

    def media_time_of(self, position: timedelta) -> datetime:
        """The media time of a position: the moment at which it was sent."""
        run = self.runs[bisect_right(self.runs, position, key=lambda run: run.position) - 1]
        return run.begins_at + (position - run.position)

    def position_at(self, media_time: datetime) -> timedelta:
        """The position of a media time; for a time within a pause, the position at which the programme stood."""
        number = bisect_right(self.runs, media_time, key=lambda run: run.begins_at) - 1
        if number < 0:
            return NOTHING
        run = self.runs[number]
        position = run.position + (media_time - run.begins_at)
        is_last = number + 1 == len(self.runs)
        return position if is_last else min(position, self.runs[number + 1].position)

    @cached_property
    def runs(self) -> Sequence[SimuliveRun]:
        """The runs as viewers see them: a pause stands at the start of the segment that it cut short.

        That segment was sent only after the pause, so all of it is dated after the pause.
        """
        runs = {NOTHING: self.started_at}
        waited = NOTHING
        for pause in self.pauses:
            if pause.resumed_at is None:
                break
            waited += pause.resumed_at - pause.paused_at
            begins = self.position_of_segment(self.segments_before(self.elapsed(pause.paused_at)))
            runs[begins] = self.started_at + begins + waited
        return [SimuliveRun(position, begins_at) for position, begins_at in sorted(runs.items())]

    def segments_before(self, position: timedelta) -> int:
        """The number of segments that end at a position or before it."""
        loops, rest = divmod(position, self._duration)
        return loops * len(self._ends) + bisect_right(self._ends, rest)


def playlist(
    programme: FilmProgramme, kind: str, now: datetime, base: str, *, kept: range | None = None, delta: bool = False
) -> str:
    """The media playlist of one rendition as of `now`, or with `delta` what is new in it.

    `base` goes before the name of every segment. `kept` holds the numbers of the segments to list; None: all that were
    sent. Raises NoSuchSegment for a rendition that the film does not have.
    """
    film = programme.film
    rendition = _rendition(film, kind)
    return media_playlist(
        list(_entries(programme, kind, rendition, range(programme.sent(now)) if kept is None else kept, base)),
        init=base + rendition.init if rendition.init else None,
        longest_s=longest_segment_s((film.video, film.audio, film.captions)),
        ended=programme.is_over(now),
        delta=delta,
    )


def segment_file(programme: FilmProgramme, name: str, now: datetime, kept: range | None = None) -> str:
    """The film's file for the name of a segment; `kept` holds the numbers that may be had, None: all.

    Raises NoSuchSegment for a name that no segment has, NotYet for one that no playlist can have listed by `now`.
    """
    film = programme.film
    if name in (film.video.init, film.audio.init):
        return name
    parts = NAME.fullmatch(name)
    if parts is None:
        raise NoSuchSegment(name)
    kind = next(kind for kind, letter in KINDS.items() if letter == parts["letter"])
    segments = _rendition(film, kind).segments
    loop, index = int(parts["loop"]), int(parts["index"])
    if index >= len(segments) or name != _name(kind, loop, index, segments[index].name):
        raise NoSuchSegment(name)
    number = loop * len(film.video.segments) + index
    if kept is not None and number not in kept:
        raise NoSuchSegment(name)
    if number >= programme.segments_before(programme.listed(now)):
        raise NotYet(name)
    return segments[index].name


def _entries(programme: FilmProgramme, kind: str, rendition: Rendition, numbers: range, base: str) -> Iterator[Entry]:
    resumes = {run.position for run in programme.runs}
    for number in numbers:
        loop, index = divmod(number, len(programme.film.video.segments))
        if index >= len(rendition.segments):
            continue
        segment = rendition.segments[index]
        position = programme.position_of_segment(number)
        repeats, is_first = loop > 0 and index == 0, number == numbers.start
        version = f"?v={rendition.version}" if rendition.version else ""
        yield Entry(
            uri=base + _name(kind, loop, index, segment.name) + version,
            seconds=segment.seconds,
            begins_at=programme.media_time_of(position) if is_first or repeats or position in resumes else None,
            discontinuities=int(repeats and not is_first),
        )


def _rendition(film: FilmIndex, kind: str) -> Rendition:
    rendition: Rendition | None = getattr(film, kind) if kind in KINDS else None
    if rendition is None:
        raise NoSuchSegment(kind)
    return rendition


def _name(kind: str, loop: int, index: int, file: str) -> str:
    return f"{KINDS[kind]}-{loop}-{index}.{file.rpartition('.')[2]}"
