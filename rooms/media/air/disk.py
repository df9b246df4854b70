"""Keeps what a programme sends: segments flushed to the disk, renamed into place, then listed; in a thread of its own.

The playlists are the journal: what is listed is there, whatever happened to the process or the power. Where pictures
come in two sizes, a segment of one is listed with the same segment of the other, the smaller first.
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
from rooms.playback.film_index import INDEX_NAME, FilmIndex, Rendition
from rooms.playback.parts import KEPT_SEGMENTS, Part
from rooms.playback.recording import RENDITIONS, SMALL, ListedSegment, RenditionJournal

MOST_WAITING_BYTES = 64_000_000
"""Bytes that wait for a disk that takes nothing: some minutes of a programme. Beyond it nothing more is taken."""
AGAIN_AFTER_S = 1.0
LEAVE_AFTER_S = 5.0


class Disk:
    """One session's directory. What is put here is written in order, and again until the disk takes it."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.journals = read_journals(directory)
        self._complete_pair()
        clear_parts(directory)
        self.is_full = False
        """The disk does not take what we have."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="packager")
        self._stopped = threading.Event()
        self._waiting_bytes = 0
        self._numbers = {name: len(self.journals.get(name, RenditionJournal()).listed) for name in RENDITIONS}
        self._part_numbers = dict.fromkeys(RENDITIONS, 0)
        self._parts: dict[str, list[Part]] = {name: [] for name in RENDITIONS}
        """What is listed; touched by the thread alone, as what follows."""
        self._unlisted: dict[str, deque[ListedSegment]] = {"video": deque(), SMALL: deque()}
        """Segments that are written, and wait for those of the other size."""
        self._runs_in_two: set[int] = set()
        """The runs whose pictures come in two sizes."""

    @property
    def runs(self) -> int:
        """How many runs were listed in any rendition, when it was opened or since."""
        return max(journal.runs for journal in self.journals.values())

    @property
    def has_room(self) -> bool:
        return self._waiting_bytes < MOST_WAITING_BYTES

    def open_run(self, rendition: str, run: int, init: bytes) -> None:
        """The initialisation segment of a rendition's next run."""
        if rendition == SMALL:
            self._numbers[SMALL] = self._numbers["video"]
        self._put(init, lambda: self._keep_init(rendition, run, init))

    def add(self, rendition: str, run: int, begins_at: datetime | None, seconds: float, data: bytes) -> None:
        """The next segment; `begins_at` for the first of its run."""
        number = self._numbers[rendition]
        self._numbers[rendition] += 1
        self._part_numbers[rendition] = 0
        listed = ListedSegment(recording.segment_name(RENDITIONS[rendition], number), seconds, run, begins_at)
        self._put(data, lambda: self._keep(rendition, listed, data))

    def add_part(
        self, rendition: str, run: int, begins_at: datetime | None, seconds: float, data: bytes, *, is_keyframe: bool
    ) -> None:
        """The next part of the segment that will be added next; `is_keyframe` when a player can begin with it."""
        number = self._part_numbers[rendition]
        self._part_numbers[rendition] += 1
        name = parts.part_name(RENDITIONS[rendition], self._numbers[rendition], number)
        self._put(data, lambda: self._keep_part(rendition, Part(name, seconds, is_keyframe, run, begins_at), data))

    def describe(self, index: FilmIndex) -> None:
        """What is sent now: its sizes, codecs and supposed bit rates, for the multivariant playlist."""
        self._put(b"", lambda: self._describe(index))

    def finish(self) -> "Future[None]":
        """Nothing more will come. Done when all is written and each rendition says that it is over."""
        done = self._put(b"", self._end)
        self._thread.shutdown(wait=False)
        return done

    def stop(self) -> None:
        """Write what waits, unless the disk does not take it within a while."""
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
        """The next segment of the pictures; without a smaller one of its own, the second rendition has the same."""
        if smaller is not None:
            self.journals.setdefault(SMALL, self.journals["video"])
        if SMALL in self.journals:
            self._list_next(SMALL, smaller or larger)
        self._list_next("video", larger)

    def _list_next(self, rendition: str, segment: ListedSegment) -> None:
        self._list(rendition, RenditionJournal([*self.journals[rendition].listed, segment]))

    def _complete_pair(self) -> None:
        """List what the process before us had no time to, where it died between the two sizes of one segment."""
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
        """Neither flushed nor kept for long: its segment will be."""
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
        """With the bit rates of what was sent before; a smaller size stays one when a source has none."""
        small = index.small or read_index(self.directory).small if SMALL in self.journals else index.small
        content = replace(
            index,
            video=self._measured("video", index.video),
            audio=self._measured("audio", index.audio),
            small=small and self._measured(SMALL, small),
        )
        write_file(self.directory / INDEX_NAME, json.dumps(content.to_json(), indent=1).encode())

    def _measured(self, rendition: str, described: Rendition) -> Rendition:
        """The same with the bit rates of its segments; as it is described while there are none."""
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
        """What comes later waits: nothing is listed out of order."""
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
    """The lists first: whoever reads one finds what it names."""
    for rendition in RENDITIONS:
        (directory / parts.list_name(rendition)).unlink(missing_ok=True)
    for path in directory.glob("*.*.m4s"):
        path.unlink(missing_ok=True)


def read_journals(directory: Path) -> dict[str, RenditionJournal]:
    """What was listed in a session's directory: empty journals where there is nothing yet, none of a second size."""
    found = {rendition: _read(directory / recording.playlist_name(rendition)) for rendition in RENDITIONS}
    return {rendition: journal for rendition, journal in found.items() if journal.listed or rendition != SMALL}


def read_index(directory: Path) -> FilmIndex:
    """What is said of a programme. Raises FileNotFoundError before it is."""
    return FilmIndex.from_json(json.loads((directory / INDEX_NAME).read_bytes()))


def _read(path: Path) -> RenditionJournal:
    try:
        return recording.read(path.read_text())
    except FileNotFoundError:
        return RenditionJournal()
