"""A media process's worker that listens in this process, without a port for media."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rooms.media.worker import MediaWorker, Whereabouts
from server.media.whereabouts import listen_address
from server.settings import Settings
from tests.waiting import until

KEY = b"k" * 32


@asynccontextmanager
async def listening_at(settings: Settings, directory: Path) -> AsyncIterator[None]:
    """Listen at the address of these settings, for a line that signs with `KEY`."""
    async with working_at(settings, directory):
        yield


@asynccontextmanager
async def working_at(settings: Settings, directory: Path) -> AsyncIterator[MediaWorker]:
    """The worker that listens at the address of these settings; its stages are closed at the end."""
    worker = MediaWorker(Whereabouts(listen_address(settings), "", 0, directory), KEY)
    server = await worker._listen()
    try:
        yield worker
    finally:
        server.close()
        for line in tuple(worker._lines):
            line.close()
        await until(lambda: not worker._lines)
        await worker.stages.close()
