"""Notices when the playlists of a programme change: the media process writes them, and players wait for them."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from rooms.playback import parts, recording
from rooms.playback.recording import RENDITIONS

EVERY_S = parts.PART_S / 8
"""The time between two looks at a directory."""
LINGERS = 40
"""The number of looks at a directory after the last player waited: players come back in a moment."""
LISTS = tuple(name(rendition) for rendition in RENDITIONS for name in (recording.playlist_name, parts.list_name))


class Lookout:
    """Watches each directory once for all players that wait for it, and only while some do."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._watched: dict[Path, Watched] = {}

    async def change(self, directory: Path, after_s: float) -> float:
        """Wait for a change that is noticed later than `after_s`; the time of the clock at which it was noticed.

        The first look at a directory counts as a change.
        """
        watched = self._watched.get(directory)
        if watched is None:
            watched = self._watched[directory] = Watched(directory, self.clock)
            watched.task = asyncio.create_task(watched.look())
            watched.task.add_done_callback(lambda _: self._watched.pop(directory))
        return await watched.change(after_s)


class Watched:
    """A directory that players wait for."""

    task: asyncio.Task[None]

    def __init__(self, directory: Path, clock: Callable[[], float]) -> None:
        self.directory, self.clock = directory, clock
        self.noticed_s = clock()
        self._versions = versions(directory)
        self._changed = asyncio.Event()
        self._waiting, self._idle = 0, 0

    async def change(self, after_s: float) -> float:
        """As `Lookout.change`."""
        self._idle = 0
        self._waiting += 1
        try:
            while self.noticed_s <= after_s:
                await self._changed.wait()
        finally:
            self._waiting -= 1
        return self.noticed_s

    async def look(self) -> None:
        """Look again and again until nobody has waited for a while."""
        while self._waiting or self._idle < LINGERS:
            self._idle += 1
            await asyncio.sleep(EVERY_S)
            found = versions(self.directory)
            if found != self._versions:
                self._versions, self.noticed_s = found, self.clock()
                self._changed.set()
                self._changed = asyncio.Event()


def versions(directory: Path) -> list[int]:
    """The modification time of each list, nanoseconds; read without a thread, because it takes microseconds."""
    return [_written(directory / name) for name in LISTS]


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
