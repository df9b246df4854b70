"""Live programmes on disk: the directory of a session's segments, and the journals that list them."""

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rooms.errors import NoSuchSegment
from rooms.playback import parts, recording, stage_captions
from rooms.playback.film_index import FilmIndex, SoundRun
from rooms.playback.parts import Part
from rooms.playback.recording import RENDITIONS, SMALL, Recording, RenditionJournal
from rooms.playback.stage_cuts import StageCut
from rooms.playback.webvtt import Cue
from server.media.whereabouts import programmes_dir
from server.models import Session
from server.playback.films import index_at
from server.settings import Settings

REMEMBERED_LISTS = 256


class SentByStage(NamedTuple):
    """The segments that a session has sent from its stage: those listed on the disk, without trimmed ones."""

    cut: StageCut
    elsewhere: str = ""
    """The address of an object store from which viewers fetch segments; empty: they are served from here."""

    @property
    def film(self) -> FilmIndex:
        return self.cut.whole.film

    @property
    def is_complete(self) -> bool:
        """True once the stage sends nothing more."""
        return self.cut.whole.is_over

    @property
    def sound_runs(self) -> list[SoundRun]:
        """All the sound that was sent, in its runs."""
        return self.cut.whole.sound_runs

    def caption_segments(self, cues: Sequence[Cue]) -> list[tuple[float, str]]:
        """The captions of everything that was sent, cut like its pictures: each segment's seconds, and its WebVTT."""
        return stage_captions.cut(cues, self.cut.whole)

    def is_over(self, now: datetime) -> bool:
        return self.cut.whole.is_over

    def version(self, now: datetime) -> Hashable:
        """A value that changes whenever one of its playlists does."""
        captions = self.film.captions.version if self.film.captions else None
        return self.cut.numbers, self.cut.whole.version, captions

    def playlist(self, rendition: str, now: datetime, base: str, *, delta: bool) -> str:
        """A rendition's media playlist; `base` goes before every name. Raises NoSuchSegment."""
        if rendition == "captions":
            return stage_captions.playlist(self.cut.kept, base, delta=delta)
        return self.cut.kept.playlist(rendition, base, delta=delta)

    def has_come_to(self, rendition: str, segment: int, part: int | None) -> bool:
        """True when a rendition's playlist has this segment, counted from zero, or part of it. Raises TooFarAhead."""
        return rendition == "captions" or self.cut.kept.has_come_to(rendition, segment, part)

    def awaits(self, name: str) -> bool:
        """True for a part that is not there yet and will be the next one."""
        return self.cut.kept.is_next_part(name)

    def file_of(self, name: str, now: datetime) -> str:
        """The name of the segment's file: its own. Raises NoSuchSegment for one that is not listed, or was cut away."""
        if not (self.cut.kept.lists(name) or stage_captions.lists(self.cut.kept, name)):
            raise NoSuchSegment(name)
        return name


def directory_of(settings: Settings, session: Session) -> Path:
    return programmes_dir(settings) / str(session.id)


def source_of(settings: Settings, session: Session, stored: Mapping[str, int]) -> SentByStage:
    """The source of a session on a stage; with an object store, it has only the segments that the store has.

    `stored` counts the segments of each rendition in the object store. Raises FileNotFoundError while nothing is
    listed.
    """
    listed = stored_at(settings, directory_of(settings, session), stored)
    return SentByStage(StageCut(listed, session.trim_start, session.trim_end), elsewhere(settings))


def stored_at(settings: Settings, directory: Path, stored: Mapping[str, int]) -> Recording:
    """The recording in a directory; with an object store, only the segments that it has, and no parts.

    Raises FileNotFoundError while nothing is listed.
    """
    if not settings.store_url:
        # The parts are read first: a segment that is listed meanwhile is complete with any of them.
        newest = {name: parts_at(directory, name) for name in RENDITIONS}
        listed = recording_at(directory)
        return listed._replace(
            parts={name: newest[name] for name in listed.journals if listed.goes_on(name, newest[name])}
        )
    listed = recording_at(directory)
    return _recording(
        listed.film, {name: journal.cut(stored.get(name, 0)) for name, journal in listed.journals.items()}
    )


def elsewhere(settings: Settings) -> str:
    """The address below which viewers fetch files from the object store; empty without one."""
    return settings.store_public_url.rstrip("/") if settings.store_url else ""


def recording_at(directory: Path) -> Recording:
    """The whole recording in a directory. Raises FileNotFoundError while nothing is listed."""
    journals = {name: journal_at(directory, name) for name in RENDITIONS if name != SMALL}
    with suppress(FileNotFoundError):
        journals[SMALL] = journal_at(directory, SMALL)
    return _recording(index_at(directory), journals)


def _recording(film: FilmIndex, journals: dict[str, RenditionJournal]) -> Recording:
    """A recording of these journals; the smaller size counts only once a segment of it is listed."""
    if SMALL in journals and journals[SMALL].listed:
        return Recording(film, journals)
    return Recording(replace(film, small=None), {name: each for name, each in journals.items() if name != SMALL})


def journal_at(directory: Path, rendition: str) -> RenditionJournal:
    """A rendition's journal, read once for each version. Raises FileNotFoundError."""
    path = directory / recording.playlist_name(rendition)
    return _journal(path, path.stat().st_mtime_ns)


def parts_at(directory: Path, rendition: str) -> list[Part]:
    """A rendition's newest parts, read once for each version of their list; none where the stage makes no parts."""
    path = directory / parts.list_name(rendition)
    try:
        return _parts(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return []


@lru_cache(maxsize=REMEMBERED_LISTS)
def _parts(path: Path, _changed_ns: int) -> list[Part]:
    return parts.read(path.read_bytes())


@lru_cache(maxsize=REMEMBERED_LISTS)
def _journal(path: Path, _changed_ns: int) -> RenditionJournal:
    return recording.read(path.read_text())
