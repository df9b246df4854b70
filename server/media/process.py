"""The media process as a child of `plenary serve`: started when a stage is wanted, and again when it dies."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from starlette.applications import Starlette

from server.media.whereabouts import listen_address
from server.running.duties import Duty
from server.running.locks import alone
from server.settings import Settings
from server.store import stages

STOPS_WITHIN_S = 8.0
"""The time in which the media process must end what it records, before it is killed."""
FIRST_BACK_OFF_S = 0.5
LAST_BACK_OFF_S = 15.0
HEALTHY_AFTER_S = 5.0

log = structlog.get_logger("plenary.media")


class MediaProcess:
    """Keeps one media process alive. Pages and reactions do not notice when it dies.

    Beside a healthy process a spare one waits, with everything loaded, to succeed it: on a busy machine loading takes
    seconds, which would be missing from the session.
    """

    def __init__(self) -> None:
        self._spare: Process | None = None
        self._back_off_s = 0.0

    async def keep(self, app: Starlette) -> datetime | None:
        """A duty: start a media process, and another whenever it dies, with growing waits while they keep dying.

        Rests while no stage is wanted. Does nothing while another web process of this machine keeps one.
        """
        now = datetime.now(UTC)
        if not await is_wanted(app):
            return None
        with alone(app.state.settings.data / "media.lock") as is_ours:
            if is_ours:
                await self._keep(app)
        return now

    async def _keep(self, app: Starlette) -> None:
        try:
            while await is_wanted(app):
                await self._live(app.state.settings)
        finally:
            if self._spare is not None:
                await stop(self._spare)
            self._spare = None

    async def _live(self, settings: Settings) -> None:
        """See one process through its life, and wait before the next."""
        process = self._spare or await start(settings)
        self._spare = None
        try:
            begin(process)
            is_healthy = not await ends(process, HEALTHY_AFTER_S)
            if is_healthy:
                self._spare = await start(settings)
                await process.wait()
        except BaseException:
            await stop(process)
            raise
        self._back_off_s = 0.0 if is_healthy else back_off_s(self._back_off_s)
        log.warning("the media process has ended", code=process.returncode, again_in_s=self._back_off_s)
        await asyncio.sleep(self._back_off_s)


async def is_wanted(app: Starlette) -> bool:
    """True while any stage is wanted."""
    async with app.state.db.reading() as db:
        return await stages.is_any_wanted(db, datetime.now(UTC))


def back_off_s(before_s: float) -> float:
    """The wait after the death of a process that was never healthy; `before_s` is the wait before."""
    return min(max(2 * before_s, FIRST_BACK_OFF_S), LAST_BACK_OFF_S)


async def start(settings: Settings) -> Process:
    """Start `plenary media` with the settings of this process; it waits to `begin`.

    It ends when its standard input does, which this process holds.
    """
    environment = {**os.environ, "PLENARY_DATA": str(settings.data), "PLENARY_SECRET": settings.secret}
    environment["PLENARY_MEDIA_LISTEN"] = listen_address(settings)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "media", "--child", env=environment, stdin=asyncio.subprocess.PIPE
    )


def begin(process: Process) -> None:
    """Have a process that was started listen."""
    assert process.stdin is not None
    process.stdin.write(b"\n")


async def ends(process: Process, within_s: float) -> bool:
    """Wait for a process to end; False when it has not within `within_s`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await process.wait()
    return process.returncode is not None


async def stop(process: Process) -> None:
    """End a process in good order, or else kill it."""
    if process.returncode is None:
        process.terminate()
    if not await ends(process, STOPS_WITHIN_S):
        process.kill()
        await process.wait()


def keep_one() -> Duty:
    """The duty of `plenary serve` to keep a media process."""
    return Duty("media process", FIRST_BACK_OFF_S, MediaProcess().keep, rests=True)
