"""A server as a process on a core of its own: started, measured, and never left behind."""

import os
import resource
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SERVER_CORE, CLIENT_CORE = 0, max(os.sched_getaffinity(0))
ENDS_WITHIN_S = 20


class Failed(Exception):
    """A server did not start; what it said is the text."""


class Measured:
    """A running process and what it costs. The processes that it has started are not counted."""

    def __init__(self, process: "subprocess.Popen[str]", said: str) -> None:
        self.process = process
        self.said = said
        """Its first line."""

    @property
    def cpu_s(self) -> float:
        """Processor time of its threads so far, user and system, seconds."""
        threads = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

    @property
    def memory_kib(self) -> int:
        """Resident, KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str] | None = None, core: int = SERVER_CORE
) -> Iterator[Measured]:
    """Start it on that core and wait for its first line; end it with the context. Raises Failed."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        assert process.stdout
        said = process.stdout.readline()
        if not said:
            raise Failed(f"{' '.join(command)} did not start")
        yield Measured(process, said)
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
    """Keep this process to the clients' core, and let it and what it starts hold many connections."""
    os.sched_setaffinity(0, {CLIENT_CORE})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
