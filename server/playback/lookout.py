"""Notices that the lists of a programme have changed: the media process writes them, and players wait for them."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from rooms.playback import parts, recording
from rooms.playback.recording import RENDITIONS

EVERY_S = 0.05
"""A part lasts eight times as long."""
LINGERS = 40
"""Looks at a directory after the last one who waited: they will be back in a moment."""
LISTS = tuple(name(rendition) for rendition in RENDITIONS for name in (recording.playlist_name, parts.list_name))


class Lookout:
    """Looks at each directory for all who wait for it, and only while somebody does."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._watched: dict[Path, Watched] = {}

    async def change(self, directory: Path, after: float) -> float:
        """When something was noticed, a moment of the clock later than `after`. That one begins to look is one too."""
        watched = self._watched.get(directory)
        if watched is None:
            watched = self._watched[directory] = Watched(directory, self.clock)
            watched.task = asyncio.create_task(watched.look())
            watched.task.add_done_callback(lambda _: self._watched.pop(directory))
        return await watched.change(after)


class Watched:
    """A directory that somebody waits for."""

    task: asyncio.Task[None]

    def __init__(self, directory: Path, clock: Callable[[], float]) -> None:
        self.directory, self.clock = directory, clock
        self.noticed_at = clock()
        self._versions = versions(directory)
        self._changed = asyncio.Event()
        self._waiting, self._idle = 0, 0

    async def change(self, after: float) -> float:
        self._idle = 0
        self._waiting += 1
        try:
            while self.noticed_at <= after:
                await self._changed.wait()
        finally:
            self._waiting -= 1
        return self.noticed_at

    async def look(self) -> None:
        """Until nobody has waited for a while."""
        while self._waiting or self._idle < LINGERS:
            self._idle += 1
            await asyncio.sleep(EVERY_S)
            found = versions(self.directory)
            if found != self._versions:
                self._versions, self.noticed_at = found, self.clock()
                self._changed.set()
                self._changed = asyncio.Event()


def versions(directory: Path) -> list[int]:
    """When each list was written; asked without a thread, as it takes microseconds."""
    return [_written(directory / name) for name in LISTS]


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
