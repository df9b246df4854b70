"""A server process on a free loopback port, which tests may stop, kill and start again."""

import os
import pwd
import signal
import socket
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.engines import EngineMissing
from tests.waiting import wait_until

READY_WITHIN_S = 90
STOPPED_WITHIN_S = 10


def free_port() -> int:
    """A TCP port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess(ABC):
    """A server that keeps its port and its folder over restarts. Subclasses name its command."""

    name = ""
    stop_signal = signal.SIGTERM
    user: str | None = None
    environment: Mapping[str, str] | None = None
    """The environment of the process; None for that of this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """The words of the command, which has to stay in the foreground."""

    def start(self) -> None:
        """Start the process and wait until the port answers. Raises EngineMissing when it does not."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=self.environment,
                user=self.user,
                group=self.group,
                start_new_session=True,
            )
        with suppress(TimeoutError):
            wait_until(lambda: self.answers() or self.has_ended, READY_WITHIN_S)
        if self.has_ended or not self.answers():
            self.kill()
            last = (self.folder / "log").read_text().strip().splitlines()[-1:]
            raise EngineMissing(f"{self.name} did not start: {' '.join(last) or 'it printed nothing'}")

    @property
    def group(self) -> int | None:
        """The id of the user's group, in which the process runs; None for that of this process."""
        return None if self.user is None else pwd.getpwnam(self.user).pw_gid

    def answers(self) -> bool:
        """True when the port accepts connections."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    @property
    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def stop(self) -> None:
        """Ask the process to end, and wait until it has ended."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Kill the process with SIGKILL, and wait until it has ended."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Stop the process with its connections open and silent, as behind a broken network."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            self._process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
