"""The running of the live rooms, from the start of the application to its end."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from rooms.beat import Beat
from rooms.bus import Bus
from rooms.errors import Unavailable
from rooms.hub import Hub
from server.live.access import SqlAccess
from server.live.journal import SqlJournal
from server.live.rows import SqlRows
from server.store.engine.database import Database

AFRESH_AFTER_S = 1.0

log = structlog.get_logger("plenary.live")


def make_hub(database: Database, bus: Bus) -> Hub:
    """Make the hub of this process over a database."""
    return Hub(
        journal=SqlJournal(database),
        rows=SqlRows(database),
        access=SqlAccess(database),
        bus=bus,
        epoch_ms=epoch_ms,
        steady_ms=steady_ms,
    )


def epoch_ms() -> int:
    return time.time_ns() // 1_000_000


def steady_ms() -> int:
    return time.monotonic_ns() // 1_000_000


@asynccontextmanager
async def running(hub: Hub) -> AsyncIterator[None]:
    """Run the beat while the context is open; at its end nobody attends any more."""
    over = asyncio.Event()
    beats = asyncio.create_task(_beat(hub, over), name="live rooms")
    try:
        yield
    finally:
        over.set()
        beats.cancel()
        await asyncio.gather(beats, return_exceptions=True)


async def _beat(hub: Hub, over: asyncio.Event) -> None:
    """Run the beat until `over` is set. A surprise ends every room, and their members come back to fresh ones.

    The caller sets `over` besides cancelling: before Python 3.13 a task group that fails while it is cancelled raises
    the failure alone.
    """
    while not over.is_set():
        beat = Beat(hub)
        try:
            await beat.run()
        except Exception:
            log.exception("the live rooms begin afresh")
            for room in tuple(hub.rooms.values()):
                hub.fail(room)
        finally:
            with suppress(Unavailable):
                await beat.leave()
        with suppress(TimeoutError):
            async with asyncio.timeout(AFRESH_AFTER_S):
                await over.wait()
