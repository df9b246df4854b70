"""A server as a process on a core of its own: it is started, measured, and always ended."""

import os
import resource
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SERVER_CORE, CLIENT_CORE = 0, max(os.sched_getaffinity(0))
EVERY_CORE = os.sched_getaffinity(0)
ENDS_WITHIN_S = 20


class Failed(Exception):
    """Raised when a server does not start or does not offer what a run needs."""


class Measured:
    """A running process and its costs, without those of the processes that it has started."""

    def __init__(self, process: "subprocess.Popen[str]", first_line: str) -> None:
        self.process = process
        self.first_line = first_line
        """The first line that it printed."""

    @property
    def cpu_s(self) -> float:
        """Processor time (user and system) of its threads since the start, in seconds; that of ended ones is lost."""
        threads = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

    @property
    def whole_cpu_s(self) -> float:
        """The same with the threads that have ended, to a hundredth of a second."""
        _, _, rest = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")
        user, system = rest.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_kib(self) -> int:
        """Resident memory, in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str] | None = None, core: int | None = SERVER_CORE
) -> Iterator[Measured]:
    """Start a command, on one core or all, wait for its first line, and end it with the context. Raises Failed."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, EVERY_CORE if core is None else {core}),
    )
    try:
        assert process.stdout
        first_line = process.stdout.readline()
        if not first_line:
            raise Failed(f"{' '.join(command)} did not start")
        yield Measured(process, first_line)
    finally:
        end(process)


def end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def prepare_client() -> None:
    """Keep this process on the clients' core, and let it and its child processes hold many connections."""
    os.sched_setaffinity(0, {CLIENT_CORE})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
