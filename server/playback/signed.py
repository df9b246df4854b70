"""The sign-language picture beside a programme: the interpreter on a stage, or a film in sign language beside a film.

Its segments are dated, as the programme's are: a player finds by the date what belongs to the main picture. It has no
sound.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Protocol

from rooms.errors import NoSuchSegment, NotYet
from rooms.playback.film_index import FilmIndex
from rooms.playback.playlists import Entry, longest_segment_s, media_playlist
from rooms.playback.recording import SIGNED
from rooms.playback.simulive import NAME, NOTHING
from rooms.playback.stage_cuts import beside
from server.models import Film, Session
from server.playback import films, programmes
from server.playback.films import FilmSource
from server.playback.programmes import SentByStage
from server.settings import Settings

PREFIX = "signed-"
"""The prefix of its files' names in their addresses, which it shares with the programme."""
PICTURES = "video"
"""Its only rendition that is given out."""


class SignedSource(Protocol):
    """A source as a player needs it: its playlists and its files."""

    @property
    def elsewhere(self) -> str: ...
    def version(self, now: datetime) -> Hashable: ...
    def playlist(self, rendition: str, now: datetime, base: str, *, delta: bool) -> str: ...
    def has_come_to(self, rendition: str, segment: int, part: int | None) -> bool: ...
    def awaits(self, name: str) -> bool: ...
    def file_of(self, name: str, now: datetime) -> str: ...


class Signed(NamedTuple):
    """A directory, and what is sent out of it."""

    directory: Path
    source: SignedSource


def of_stage(settings: Settings, session: Session, stored: Mapping[str, int], main: SentByStage) -> Signed | None:
    """The interpreter's picture of a session on a stage, trimmed like the programme; None while there was none."""
    directory = programmes.directory_of(settings, session) / SIGNED
    try:
        recording = programmes.stored_at(settings, directory, {PICTURES: stored.get(SIGNED, 0)})
    except FileNotFoundError:
        return None
    return Signed(directory, SentByStage(beside(recording, main.cut), main.elsewhere))


def of_film(settings: Settings, film: Film, main: FilmSource) -> Signed | None:
    """A film in sign language beside a session's film; None when it is not on this machine."""
    directory = films.directory_of(settings, film)
    try:
        return Signed(directory, SignedFilm(film.directory, films.index_at(directory), main))
    except FileNotFoundError:
        return None


class SignedFilm:
    """A film that is begun, paused, repeated and trimmed with the main film; what lies beyond its end is never shown.

    Each film is cut at its own keyframes, so every segment is dated by itself.
    """

    elsewhere = ""

    def __init__(self, name: str, film: FilmIndex, main: FilmSource) -> None:
        self.name, self.film, self.main, self.programme = name, film, main, main.programme
        length = self.programme.film.duration
        bounds = pairwise((NOTHING, *film.ends))
        self._stretches = [(begin, min(end, length)) for begin, end in bounds if begin < length]

    def version(self, now: datetime) -> Hashable:
        """A value that changes whenever the playlist does."""
        programme = self.programme
        sent = self._numbers(now), programme.is_over(now)
        return self.name, programme.started_at, tuple(programme.pauses), sent

    def playlist(self, rendition: str, now: datetime, base: str, *, delta: bool) -> str:
        return media_playlist(
            list(self._entries(self._numbers(now), base)),
            init=f"{base}{self.film.video.init}",
            longest_s=longest_segment_s((self.film.video,)),
            ended=self.programme.is_over(now),
            delta=delta,
        )

    def has_come_to(self, rendition: str, segment: int, part: int | None) -> bool:
        """True: a film's playlist is not waited for."""
        return True

    def awaits(self, name: str) -> bool:
        """False: a segment of a film is not waited for."""
        return False

    def file_of(self, name: str, now: datetime) -> str:
        """The film's file for the name of a segment. Raises NoSuchSegment, NotYet."""
        if name == self.film.video.init:
            return name
        parts = NAME.fullmatch(name)
        if parts is None or int(parts["index"]) >= len(self._stretches):
            raise NoSuchSegment(name)
        number = int(parts["loop"]) * len(self._stretches) + int(parts["index"])
        if name != self._name(number) or (self.main.kept(now) is not None and number not in self._numbers(now)):
            raise NoSuchSegment(name)
        if number >= self._before(self.programme.listed(now)):
            raise NotYet(name)
        return self.film.video.segments[int(parts["index"])].name

    def _numbers(self, now: datetime) -> range:
        """The numbers of the segments that are given out, counted through all repeats.

        They are all those sent, or those kept, as with the main film.
        """
        if self.main.kept(now) is None:
            return range(self._sent(now))
        cut = self.main.cut
        begins, ends = cut.begins, cut.begins + timedelta(seconds=cut.length_s)
        kept = [number for number, (begin, end) in enumerate(self._stretches) if begin < ends and end > begins]
        return range(kept[0], min(kept[-1] + 1, self._sent(now))) if kept else range(0)

    def _sent(self, now: datetime) -> int:
        return self._before(self.programme.elapsed(now))

    def _before(self, position: timedelta) -> int:
        """The number of segments that end at a position of the programme or before it."""
        loops, rest = divmod(position, self.programme.film.duration)
        return loops * len(self._stretches) + bisect_right([end for _, end in self._stretches], rest)

    def _entries(self, numbers: range, base: str) -> Iterator[Entry]:
        for number in numbers:
            loop, index = divmod(number, len(self._stretches))
            yield Entry(
                uri=base + self._name(number),
                seconds=self.film.video.segments[index].seconds,
                begins_at=self.programme.media_time_of(loop * self.programme.film.duration + self._stretches[index][0]),
                discontinuities=int(index == 0 and number > numbers.start),
            )

    def _name(self, number: int) -> str:
        loop, index = divmod(number, len(self._stretches))
        return f"v-{loop}-{index}.m4s"
