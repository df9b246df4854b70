"""Films on disk: the directory of a packaged film, its index, and what a session sends out of it."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from rooms.playback import simulive
from rooms.playback.cuts import Cut
from rooms.playback.film_file import read_index
from rooms.playback.film_index import INDEX_NAME, FilmIndex, SoundRun
from rooms.playback.simulive import FilmProgramme
from rooms.playback.webvtt import Cue, segment
from rooms.session import GRACE_MS
from server.models import Film
from server.settings import Settings
from server.store.films import StoredAiring

GRACE = timedelta(milliseconds=GRACE_MS)
"""The time after a session's end for which its whole programme is still given out: people watch seconds behind."""


class FilmSource(NamedTuple):
    """A film as a session sends it out by the clock, and the cut that its recording keeps."""

    programme: FilmProgramme
    cut: Cut
    elsewhere: str = ""
    """Empty: films are served from here, because each segment has its time."""

    @property
    def film(self) -> FilmIndex:
        return self.programme.film

    @property
    def is_complete(self) -> bool:
        """True: no file is added to a film while it is shown."""
        return True

    @property
    def sound_runs(self) -> list[SoundRun]:
        """The sound of the whole film, as one run."""
        return [SoundRun(0.0, self.film.audio.files())]

    def caption_segments(self, cues: Sequence[Cue]) -> list[tuple[float, str]]:
        """The film's captions, cut like its pictures: the seconds of each segment, and its WebVTT."""
        bounds_s = pairwise((0.0, *(end.total_seconds() for end in self.film.ends)))
        return [(ends_s - begins_s, segment(cues, begins_s, ends_s)) for begins_s, ends_s in bounds_s]

    def is_over(self, now: datetime) -> bool:
        return self.programme.is_over(now)

    def version(self, now: datetime) -> Hashable:
        """A value that changes whenever one of its playlists does."""
        programme = self.programme
        sent = programme.sent(now), programme.is_over(now)
        captions = self.film.captions.version if self.film.captions else None
        return programme.started_at, tuple(programme.pauses), sent, self.kept(now), captions

    def kept(self, now: datetime) -> range | None:
        """The numbers of the segments that are given out; None: all that were sent.

        The recording takes the programme's place at the end of the grace, or at the session's end if it is trimmed.
        """
        ended_at = self.programme.ended_at
        if ended_at is None or now < ended_at:
            return None
        return self.cut.numbers if self.cut.is_trimmed or now - ended_at >= GRACE else None

    def playlist(self, rendition: str, now: datetime, base: str, *, delta: bool) -> str:
        """A rendition's media playlist; `base` goes before every name. Raises NoSuchSegment."""
        return simulive.playlist(self.programme, rendition, now, base, kept=self.kept(now), delta=delta)

    def has_come_to(self, rendition: str, segment: int, part: int | None) -> bool:
        """True: a film's playlist is not waited for."""
        return True

    def awaits(self, name: str) -> bool:
        """False: a segment of a film is not waited for."""
        return False

    def file_of(self, name: str, now: datetime) -> str:
        """The film's file for the name of a segment. Raises NoSuchSegment, NotYet."""
        return simulive.segment_file(self.programme, name, now, self.kept(now))


def films_dir(settings: Settings) -> Path:
    """The directory that holds a directory for each packaged film."""
    return settings.data / "media" / "films"


def directory_of(settings: Settings, film: Film) -> Path:
    return films_dir(settings) / film.directory


def source_of(settings: Settings, film: Film, airing: StoredAiring) -> FilmSource:
    """The source of a session with a film. Raises FileNotFoundError when the film is not on this machine."""
    session = airing.session
    assert session.started_at is not None
    index = index_at(directory_of(settings, film))
    programme = FilmProgramme(index, session.started_at, airing.pauses, session.ended_at)
    return FilmSource(programme, Cut(programme, session.trim_start, session.trim_end))


def unplayable(settings: Settings, films: Iterable[Film]) -> set[UUID]:
    """The ids of the films that are missing or broken in the data directory."""
    found = set()
    for film in films:
        try:
            index_at(directory_of(settings, film))
        except FileNotFoundError:
            found.add(film.id)
    return found


def is_whole(directory: Path) -> bool:
    """True when the film in a directory has its index and every file that the index names."""
    try:
        index = index_at(directory)
    except FileNotFoundError:
        return False
    renditions = [each for each in (index.video, index.audio, index.captions, index.small) if each is not None]
    return all((directory / name).is_file() for each in renditions for name in each.files())


def index_at(directory: Path) -> FilmIndex:
    """The index of the film in a directory, read once for each version. Raises FileNotFoundError, FilmBroken."""
    path = directory / INDEX_NAME
    return _index(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _index(path: Path, _changed_ns: int) -> FilmIndex:
    return read_index(path.parent)
