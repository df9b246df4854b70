"""A film played as if live: which of its segments a session has sent, as a function of the time. No I/O, no clock.

The film is repeated while the session lasts; a pause stops the programme and moves all that follows.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from rooms.errors import NoSuchSegment, NotYet
from rooms.playback.film_index import FilmIndex, Rendition
from rooms.playback.playlists import Entry, longest, media_playlist

NOTHING = timedelta(0)
KNOWN_AFTER = timedelta(seconds=5)
"""An end is known to all who make playlists so much later at most: it has to be stored first."""
KINDS = {"video": "v", "audio": "a", "captions": "c"}
"""Each rendition and the letter that its segments' names begin with."""
NAME = re.compile(r"(?P<letter>[vac])-(?P<loop>\d{1,6})-(?P<index>\d{1,6})\.(?:m4s|vtt)")


class Pause(NamedTuple):
    """A stretch in which nothing was sent; it lasts still while `resumed_at` is None."""

    paused_at: datetime
    resumed_at: datetime | None


class SimuliveRun(NamedTuple):
    """From `position` of the programme on, up to the next run, time passes as on the clock from `moment` on."""

    position: timedelta
    moment: datetime


class FilmProgramme:
    """What one session sends out, from its actual start to its actual end.

    A position is programme time sent since the start. Segments count from 0 through all repeats of the film; one is
    sent when the programme has reached its end, as an encoder would have it.
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
        """How much of the programme was sent by then: the time since the start without the pauses."""
        until = min(now, self.ended_at) if self.ended_at else now
        played = until - self.started_at
        for pause in self.pauses:
            if pause.paused_at < until:
                played -= min(pause.resumed_at or until, until) - pause.paused_at
        return max(played, NOTHING)

    def sent(self, now: datetime) -> int:
        """How many segments were sent by then."""
        return self.segments_before(self.elapsed(now))

    def listed(self, now: datetime) -> timedelta:
        """How far a playlist may have come by then: one made before the end was known goes on beyond it."""
        unknown = min(now - self.ended_at, KNOWN_AFTER) if self.ended_at else NOTHING
        return self.elapsed(now) + max(unknown, NOTHING)

    def position_of_segment(self, number: int) -> timedelta:
        """Where a segment begins."""
        loop, index = divmod(number, len(self._ends))
        return loop * self._duration + (self._ends[index - 1] if index else NOTHING)

    def moment_of(self, position: timedelta) -> datetime:
        """The media time of a position: when it was sent."""
        run = self.runs[bisect_right(self.runs, position, key=lambda run: run.position) - 1]
        return run.moment + (position - run.position)

    def position_of(self, moment: datetime) -> timedelta:
        """The position that has this media time, or, within a pause, the position at which the programme stood."""
        number = bisect_right(self.runs, moment, key=lambda run: run.moment) - 1
        if number < 0:
            return NOTHING
        run = self.runs[number]
        position = run.position + (moment - run.moment)
        is_last = number + 1 == len(self.runs)
        return position if is_last else min(position, self.runs[number + 1].position)

    @cached_property
    def runs(self) -> Sequence[SimuliveRun]:
        """The pauses as viewers meet them: at the start of the segment that a pause cut short.

        That segment was sent only after the pause, so all of it is dated by the clock after the pause.
        """
        runs = {NOTHING: self.started_at}
        waited = NOTHING
        for pause in self.pauses:
            if pause.resumed_at is None:
                break
            waited += pause.resumed_at - pause.paused_at
            begins = self.position_of_segment(self.segments_before(self.elapsed(pause.paused_at)))
            runs[begins] = self.started_at + begins + waited
        return [SimuliveRun(position, moment) for position, moment in sorted(runs.items())]

    def segments_before(self, position: timedelta) -> int:
        """How many segments end at a position or before it."""
        loops, rest = divmod(position, self._duration)
        return loops * len(self._ends) + bisect_right(self._ends, rest)


def playlist(
    programme: FilmProgramme, kind: str, now: datetime, base: str, *, kept: range | None = None, delta: bool = False
) -> str:
    """The media playlist of one rendition at that moment, or what is new in it; `base` precedes every segment's name.

    `kept` are the numbers of the segments that it lists; None: all that were sent.
    Raises NoSuchSegment for a rendition that the film does not have.
    """
    film = programme.film
    rendition = _rendition(film, kind)
    return media_playlist(
        list(_entries(programme, kind, rendition, range(programme.sent(now)) if kept is None else kept, base)),
        init=base + rendition.init if rendition.init else None,
        longest_s=longest((film.video, film.audio, film.captions)),
        ended=programme.is_over(now),
        delta=delta,
    )


def segment_file(programme: FilmProgramme, name: str, now: datetime, kept: range | None = None) -> str:
    """The film's file that a segment's name stands for; only of those whose numbers are `kept`, if any are given.

    Raises NoSuchSegment for a name that stands for nothing, NotYet for one that no playlist can have named by then.
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
            begins_at=programme.moment_of(position) if is_first or repeats or position in resumes else None,
            discontinuities=int(repeats and not is_first),
        )


def _rendition(film: FilmIndex, kind: str) -> Rendition:
    rendition: Rendition | None = getattr(film, kind) if kind in KINDS else None
    if rendition is None:
        raise NoSuchSegment(kind)
    return rendition


def _name(kind: str, loop: int, index: int, file: str) -> str:
    return f"{KINDS[kind]}-{loop}-{index}.{file.rpartition('.')[2]}"
