"""The index of a packaged film, stored as `film.json` beside its files: its renditions and their segments. No I/O."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

INDEX_NAME = "film.json"
CAPTIONS_NAME = "captions.vtt"
POSTER_NAME = "poster.jpg"


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a rendition, and the seconds that it plays."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Rendition:
    """Pictures, sound or captions, all cut at the same points.

    `init` names the initialisation segment and `codecs` is the RFC 6381 string; captions have neither. The bandwidths
    are bits a second: of the largest segment, and on average. `version` changes with the content of captions, which are
    corrected; pictures and sound never change and have none. `width` and `height` are set for the smaller pictures
    only; the film has the size of the larger ones.
    """

    segments: tuple[Segment, ...]
    init: str | None = None
    codecs: str | None = None
    bandwidth: int = 0
    average_bandwidth: int = 0
    version: str = ""
    width: int = 0
    height: int = 0

    def files(self, numbers: range | None = None) -> list[str]:
        """The files that play these segments, or all: the initialisation segment first, where there is one."""
        kept = self.segments if numbers is None else self.segments[numbers.start : numbers.stop]
        return [*([self.init] if self.init else []), *(segment.name for segment in kept)]


class SoundRun(NamedTuple):
    """Files of sound that follow on without a break, and the second of the film at which they begin."""

    begins_s: float
    files: list[str]


@dataclass(frozen=True)
class FilmIndex:
    """A packaged film: everything that its playlists are made from."""

    title: str
    width: int
    height: int
    frame_rate: float
    video: Rendition
    audio: Rendition
    captions: Rendition | None = None
    small: Rendition | None = None
    """The pictures in a second, smaller size; None: there is one size."""
    language: str = "en"
    source: str = ""
    """SHA-256 (hex) of the source that the film was made from: the same source need not be packaged again."""

    @cached_property
    def ends(self) -> tuple[timedelta, ...]:
        """The end of each segment, counted from the film's start."""
        return tuple(accumulate(timedelta(seconds=segment.seconds) for segment in self.video.segments))

    @property
    def duration(self) -> timedelta:
        """The film's length; zero for a recording from a stage, whose playlists list its segments."""
        return self.ends[-1] if self.ends else timedelta()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "duration": self.duration.total_seconds()}
