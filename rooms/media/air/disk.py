"""Writes a programme to the disk in a thread of its own: each segment is flushed, renamed into place, then listed.

The playlists are the journal: a listed segment is on the disk, even after a crash or a power cut. When pictures come in
two sizes, the same segment of both sizes is listed together, the smaller size first.
"""

import json
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rooms.durable import replace_file, settle, write_file
from rooms.media.air.cmaf import PICTURE_HZ, duration_ticks_of
from rooms.playback import parts, recording
from rooms.playback.film_file import read_index
from rooms.playback.film_index import INDEX_NAME, FilmIndex, Rendition
from rooms.playback.parts import KEPT_SEGMENTS, Part
from rooms.playback.recording import RENDITIONS, SMALL, ListedSegment, RenditionJournal

MOST_WAITING_BYTES = 64_000_000
"""The bound of the write queue: some minutes of a programme. Beyond it the run ends, and none begins."""
AGAIN_AFTER_S = 1.0
LEAVE_AFTER_S = 5.0


class Disk:
    """One session's directory. Files are written in order; each write is repeated until it succeeds."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.journals = read_journals(directory)
        self._complete_pair()
        clear_parts(directory)
        self.is_full = False
        """True while writes fail."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="packager")
        self._stopped = threading.Event()
        self._waiting_bytes = 0
        self._numbers = {name: len(self.journals.get(name, RenditionJournal()).listed) for name in RENDITIONS}
        self._part_numbers = dict.fromkeys(RENDITIONS, 0)
        self._parts: dict[str, list[Part]] = {name: [] for name in RENDITIONS}
        """The listed parts by rendition. Only the thread touches this and the attributes below."""
        self._unlisted: dict[str, deque[ListedSegment]] = {"video": deque(), SMALL: deque()}
        """Segments that are written, and wait for the segment of the other size."""
        self._runs_in_two: set[int] = set()
        """Numbers of the runs whose pictures come in two sizes."""

    @property
    def runs(self) -> int:
        """The number of runs listed in any rendition, before this process or by it."""
        return max(journal.runs for journal in self.journals.values())

    @property
    def has_room(self) -> bool:
        return self._waiting_bytes < MOST_WAITING_BYTES

    def open_run(self, rendition: str, run: int, init: bytes) -> None:
        """Write the initialisation segment of a rendition's next run."""
        if rendition == SMALL:
            self._numbers[SMALL] = self._numbers["video"]
        self._put(init, lambda: self._keep_init(rendition, run, init))

    def add(self, rendition: str, run: int, begins_at: datetime | None, seconds: float, data: bytes) -> None:
        """Write and list the next segment; `begins_at` is given for the first of its run."""
        number = self._numbers[rendition]
        self._numbers[rendition] += 1
        self._part_numbers[rendition] = 0
        listed = ListedSegment(recording.segment_name(RENDITIONS[rendition], number), seconds, run, begins_at)
        self._put(data, lambda: self._keep(rendition, listed, data))

    def add_part(
        self, rendition: str, run: int, begins_at: datetime | None, seconds: float, data: bytes, *, is_keyframe: bool
    ) -> None:
        """Write and list the next part of the next segment; `is_keyframe` when a player can begin with the part."""
        number = self._part_numbers[rendition]
        self._part_numbers[rendition] += 1
        name = parts.part_name(RENDITIONS[rendition], self._numbers[rendition], number)
        self._put(data, lambda: self._keep_part(rendition, Part(name, seconds, is_keyframe, run, begins_at), data))

    def describe(self, index: FilmIndex) -> None:
        """Write the index for the multivariant playlist: sizes, codecs and supposed bit rates."""
        self._put(b"", lambda: self._describe(index))

    def finish(self) -> "Future[None]":
        """End the programme. The future is done when all is written and each playlist has its ENDLIST."""
        done = self._put(b"", self._end)
        self._thread.shutdown(wait=False)
        return done

    def stop(self) -> None:
        """Write the queue, and give it up when that takes too long."""
        with suppress(TimeoutError):
            self._thread.submit(lambda: None).result(LEAVE_AFTER_S)
        self._stopped.set()
        self._thread.shutdown(cancel_futures=True)

    def _keep_init(self, rendition: str, run: int, init: bytes) -> None:
        write_file(self.directory / recording.init_name(RENDITIONS[rendition], run), init)
        if rendition == SMALL:
            self._runs_in_two.add(run)
        elif rendition == "video" and self._parts[SMALL]:
            self._list_parts(SMALL, [])

    def _keep(self, rendition: str, segment: ListedSegment, data: bytes) -> None:
        write_file(self.directory / segment.name, data)
        settle(self.directory)
        if rendition not in self._unlisted:
            self._list_next(rendition, segment)
            return
        self._unlisted[rendition].append(segment)
        larger, smaller = self._unlisted.values()
        while larger and (smaller or larger[0].run not in self._runs_in_two):
            self._list_pictures(larger.popleft(), smaller.popleft() if smaller else None)

    def _list_pictures(self, larger: ListedSegment, smaller: ListedSegment | None) -> None:
        """List the next segment of pictures. Without a smaller segment, the second rendition lists the larger one."""
        if smaller is not None:
            self.journals.setdefault(SMALL, self.journals["video"])
        if SMALL in self.journals:
            self._list_next(SMALL, smaller or larger)
        self._list_next("video", larger)

    def _list_next(self, rendition: str, segment: ListedSegment) -> None:
        self._list(rendition, RenditionJournal([*self.journals[rendition].listed, segment]))

    def _complete_pair(self) -> None:
        """List the larger segment where an earlier process died after it had listed the smaller one."""
        larger, smaller = (self.journals.get(name, RenditionJournal()).listed for name in ("video", SMALL))
        if len(smaller) <= len(larger):
            return
        last = smaller[-1]
        if last.letter == RENDITIONS[SMALL]:
            name = recording.segment_name(RENDITIONS["video"], len(larger))
            seconds = duration_ticks_of((self.directory / name).read_bytes()) / PICTURE_HZ
            last = last._replace(name=name, seconds=seconds)
        self._list_next("video", last)

    def _keep_part(self, rendition: str, part: Part, data: bytes) -> None:
        """Write and list a part, without a flush, and forget old parts: their segments are kept."""
        oldest = part.segment - KEPT_SEGMENTS
        (self.directory / part.name).write_bytes(data)
        listed = [each for each in self._parts[rendition] if each.segment >= oldest]
        self._list_parts(rendition, [*listed, part])

    def _list_parts(self, rendition: str, listed: list[Part]) -> None:
        replace_file(self.directory / parts.list_name(rendition), parts.write(listed))
        for left in set(self._parts[rendition]) - set(listed):
            (self.directory / left.name).unlink(missing_ok=True)
        self._parts[rendition] = listed

    def _describe(self, index: FilmIndex) -> None:
        """Write the index with the measured bit rates. A second size stays in it when the new source has none."""
        small = index.small or read_index(self.directory).small if SMALL in self.journals else index.small
        content = replace(
            index,
            video=self._measured("video", index.video),
            audio=self._measured("audio", index.audio),
            small=small and self._measured(SMALL, small),
        )
        write_file(self.directory / INDEX_NAME, json.dumps(content.to_json(), indent=1).encode())

    def _measured(self, rendition: str, described: Rendition) -> Rendition:
        """Return the description with the bit rates of the listed segments, or unchanged when there are none."""
        listed = self.journals.get(rendition, RenditionJournal()).listed
        bits = [8 * (self.directory / segment.name).stat().st_size for segment in listed]
        if not bits:
            return described
        most = max(each / segment.seconds for each, segment in zip(bits, listed, strict=True))
        average = sum(bits) / sum(segment.seconds for segment in listed)
        return replace(described, bandwidth=round(most), average_bandwidth=round(average))

    def _end(self) -> None:
        if (self.directory / INDEX_NAME).exists():
            self._describe(read_index(self.directory))
        for rendition, journal in self.journals.items():
            self._list(rendition, RenditionJournal(journal.listed, is_over=True))
        clear_parts(self.directory)

    def _list(self, rendition: str, journal: RenditionJournal) -> None:
        text = recording.write(journal, rendition)
        write_file(self.directory / recording.playlist_name(rendition), text.encode())
        settle(self.directory)
        self.journals[rendition] = journal

    def _put(self, content: bytes, work: Callable[[], None]) -> "Future[None]":
        self._waiting_bytes += len(content)
        return self._thread.submit(self._until_taken, len(content), work)

    def _until_taken(self, length_bytes: int, work: Callable[[], None]) -> None:
        """Repeat the work until it succeeds. Later work waits, so nothing is listed out of order."""
        while not self._stopped.is_set():
            try:
                work()
            except OSError:
                self.is_full = True
                self._stopped.wait(AGAIN_AFTER_S)
            else:
                self.is_full = False
                break
        self._waiting_bytes -= length_bytes


def clear_parts(directory: Path) -> None:
    """Delete the lists of parts, then the parts, so that a list never names a part that is gone."""
    for rendition in RENDITIONS:
        (directory / parts.list_name(rendition)).unlink(missing_ok=True)
    for path in directory.glob("*.*.m4s"):
        path.unlink(missing_ok=True)


def read_journals(directory: Path) -> dict[str, RenditionJournal]:
    """Read the journals in a session's directory. Video and sound may be empty; an empty second size is left out."""
    found = {rendition: _read(directory / recording.playlist_name(rendition)) for rendition in RENDITIONS}
    return {rendition: journal for rendition, journal in found.items() if journal.listed or rendition != SMALL}


def _read(path: Path) -> RenditionJournal:
    try:
        return recording.read(path.read_text())
    except FileNotFoundError:
        return RenditionJournal()
