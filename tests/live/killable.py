"""`plenary serve` as a process that a test kills and starts again on the same port and database."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from server.settings import Settings
from tests.engines.process import free_port
from tests.fixtures import end

OPENS_WITHIN_S = 120


class Killable:
    """One server after the other, over one database."""

    def __init__(self, settings: Settings, folder: Path, *words: str, redis_url: str = "") -> None:
        self.port = free_port()
        self.words = words
        self.log = folder / "killed.log"
        self.environment = {
            **os.environ,
            "PLENARY_DATA": str(folder),
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": redis_url,
            "PLENARY_MAIL_SERVER": settings.mail_server,
            "PLENARY_MAIL_TLS": settings.mail_tls,
            "PLENARY_PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start the server and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "server", "serve", *self.words),
                env=self.environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(OPENS_WITHIN_S):
            line = await self._process.stdout.readline()
        assert line, self.log.read_text()

    async def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Signal the server and wait for its end. Raises TimeoutError when it does not end, after killing it."""
        if self._process is not None:
            await end(self._process, how)
