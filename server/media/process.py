"""The media process as a child of `plenary serve`: started once a stage is wanted, and again when it dies."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from datetime import UTC, datetime

import structlog
from starlette.applications import Starlette

from server.background import Duty
from server.locks import alone
from server.media.place import listen_address
from server.settings import Settings
from server.store import stages

STOPS_WITHIN_S = 8.0
"""How long what is being recorded may take to be ended."""
PAUSE_S = 0.1
"""Between the death of one that was healthy and the start of the next: a session goes on meanwhile."""
FIRST_BACK_OFF_S = 0.5
LAST_BACK_OFF_S = 15.0
HEALTHY_AFTER_S = 10.0

log = structlog.get_logger("plenary.media")


class MediaProcess:
    """Keeps one alive. Pages and reactions do not notice when it dies."""

    def __init__(self) -> None:
        self._back_off_s = 0.0

    async def keep(self, app: Starlette) -> datetime | None:
        """A duty: start it, and wait until it has died; one that keeps dying is started ever more seldom.

        Rests while no stage is wanted; does nothing while another web process of this machine keeps it.
        """
        now = datetime.now(UTC)
        async with app.state.db.reading() as db:
            if not await stages.is_any_wanted(db, now):
                return None
        with alone(app.state.settings.data / "media.lock") as is_ours:
            if is_ours:
                await self._run(app.state.settings)
        return now

    async def _run(self, settings: Settings) -> None:
        began = asyncio.get_running_loop().time()
        process = await start(settings)
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await stop(process)
            raise
        lived = asyncio.get_running_loop().time() - began
        self._back_off_s = back_off_s(lived, self._back_off_s)
        log.warning("the media process has ended", code=code, again_in_s=self._back_off_s)
        await asyncio.sleep(self._back_off_s)


def back_off_s(lived_s: float, before_s: float) -> float:
    """How long to wait after the death of one that lived so long, seconds; `before_s` was waited for the last time."""
    if lived_s > HEALTHY_AFTER_S:
        return 0.0
    return min(max(2 * before_s, FIRST_BACK_OFF_S), LAST_BACK_OFF_S)


async def start(settings: Settings) -> Process:
    """`plenary media` with the settings of this process; it ends when its standard input does, which we hold."""
    environment = {**os.environ, "PLENARY_DATA": str(settings.data), "PLENARY_SECRET": settings.secret}
    environment["PLENARY_MEDIA_LISTEN"] = listen_address(settings)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "media", "--child", env=environment, stdin=asyncio.subprocess.PIPE
    )


async def stop(process: Process) -> None:
    """End it in good order, or at all."""
    process.terminate()
    try:
        async with asyncio.timeout(STOPS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def keep_one() -> Duty:
    """The duty of `plenary serve` to keep a media process."""
    return Duty("media process", PAUSE_S, MediaProcess().keep, rests=True)
