"""Live programmes on disk: where a session's segments lie, and what is listed of them."""

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rooms import recording
from rooms.errors import NoSuchSegment
from rooms.film_index import FilmIndex
from rooms.recording import RENDITIONS, Journal, Recording
from server.media.films import index_at
from server.models import Session
from server.settings import Settings

REMEMBERED_JOURNALS = 256


class StageSource(NamedTuple):
    """What a session has sent out from its stage, as far as it is listed on the disk."""

    recording: Recording
    elsewhere: str = ""
    """The address below which viewers fetch segments; empty: from us."""

    @property
    def film(self) -> FilmIndex:
        return self.recording.film

    def is_over(self, now: datetime) -> bool:
        return self.recording.is_over

    def version(self, now: datetime) -> Hashable:
        """It changes whenever a playlist does."""
        return self.recording.version

    def playlist(self, rendition: str, now: datetime, base: str, *, delta: bool) -> str:
        """Raises NoSuchSegment."""
        return self.recording.playlist(rendition, base, delta=delta)

    def file_of(self, name: str, now: datetime) -> str:
        """Raises NoSuchSegment for what is not listed (yet)."""
        if not self.recording.lists(name):
            raise NoSuchSegment(name)
        return name

    def second_of(self, moment: datetime) -> float | None:
        """The second of the recording at which this media time is seen; None for a moment that was not sent."""
        before = 0.0
        for stretch in self.recording.journals["video"].stretches:
            if stretch.begins_at <= moment <= stretch.ends_at:
                return before + (moment - stretch.begins_at).total_seconds()
            before += stretch.seconds
        return None

    def moment_of(self, second: float) -> datetime:
        """The media time of a second of the recording; beyond its end, that of its last one."""
        stretches = self.recording.journals["video"].stretches
        for stretch in stretches:
            if second <= stretch.seconds:
                return stretch.begins_at + timedelta(seconds=second)
            second -= stretch.seconds
        return stretches[-1].ends_at

    def second_in_film(self, second: float) -> float | None:
        """The recording is the film."""
        return second


def programmes_dir(settings: Settings) -> Path:
    """The directory that holds a directory for each session that was broadcast; the media process writes there."""
    return settings.data / "media" / "programmes"


def directory_of(settings: Settings, session: Session) -> Path:
    return programmes_dir(settings) / str(session.id)


def source_of(settings: Settings, session: Session, stored: Mapping[str, int]) -> StageSource:
    """What the session has sent out; where there is an object store, what that has of each rendition.

    Raises FileNotFoundError while nothing is listed.
    """
    return source_at(settings, directory_of(settings, session), stored)


def source_at(settings: Settings, directory: Path, stored: Mapping[str, int]) -> StageSource:
    """What lies in a directory, as `source_of` has it for a session."""
    listed = recording_at(directory)
    if not settings.store_url:
        return StageSource(listed)
    journals = {name: journal.cut(stored.get(name, 0)) for name, journal in listed.journals.items()}
    return StageSource(Recording(listed.film, journals), settings.store_public_url.rstrip("/"))


def recording_at(directory: Path) -> Recording:
    """Raises FileNotFoundError while nothing is listed."""
    return Recording(index_at(directory), {name: journal_at(directory, name) for name in RENDITIONS})


def journal_at(directory: Path, rendition: str) -> Journal:
    """A rendition's journal, read once for each of its versions. Raises FileNotFoundError."""
    path = directory / recording.playlist_name(rendition)
    return _journal(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=REMEMBERED_JOURNALS)
def _journal(path: Path, _changed_ns: int) -> Journal:
    return recording.read(path.read_text())
