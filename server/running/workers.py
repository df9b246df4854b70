"""Several web processes on one socket: their start, death and end. Knows nothing of what they serve."""

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable

import structlog
import uvicorn
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from server.running import metrics

OPENS_WITHIN_S = 120
RESTART_EVERY_S = 1.0
"""The shortest time between two restarts, for workers that die as soon as they start."""

log = structlog.get_logger("plenary.workers")


class WebWorker(Process):
    """uvicorn's worker process, with a server that exists before its first thread."""

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, in the new process. The server is made here, before uvicorn's reporting thread would make another."""
        self._server = uvicorn.Server(self.config)
        super().target(sockets)


class Workers(Multiprocess):
    """uvicorn's supervisor: SIGTERM and SIGINT end all workers, SIGHUP replaces one after the other.

    Its own health check is not used: it takes a worker that is slow to start for one that hangs.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], on_ready: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self.on_ready = on_ready
        self.failed = False
        """True once a worker could not start: no other worker could either."""
        self._restart_at = 0.0

    def init_processes(self) -> None:
        self.processes = [self._start() for _ in range(self.processes_num)]
        threading.Thread(target=self._say_when_ready, name="ready", daemon=True).start()

    def keep_subprocess_alive(self) -> None:
        """Replace each worker that has died."""
        for at, worker in enumerate(self.processes):
            if worker.process.is_alive() or time.monotonic() < self._restart_at:
                continue
            worker.kill()
            if worker.exitcode == STARTUP_FAILURE:
                self.failed = True
                return self.should_exit.set()
            log.warning("a worker died", pid=worker.pid, exitcode=worker.exitcode)
            mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
            self._restart_at = time.monotonic() + RESTART_EVERY_S
            self.processes[at] = self._start()

    def restart_all(self) -> None:
        """Replace the workers one after the other; each old worker serves until its successor does."""
        for at, old in enumerate(self.processes):
            new = self._start()
            if not new.wait_until_ready(OPENS_WITHIN_S, self.should_exit):
                log.warning("a worker could not be replaced", pid=old.pid)
                new.kill()
                return new.join()
            old.terminate()
            old.join()
            mark_process_dead(old.pid)  # type: ignore[no-untyped-call]
            self.processes[at] = new

    def _start(self) -> Process:
        worker = WebWorker(self.config, self.sockets)
        worker.start()
        log.info("a worker starts", pid=worker.pid)
        return worker

    def _say_when_ready(self) -> None:
        while not self.should_exit.is_set():
            if all(worker.wait_until_ready(OPENS_WITHIN_S, self.should_exit) for worker in tuple(self.processes)):
                return self.on_ready()


def supervise(config: uvicorn.Config, listener: socket.socket, on_ready: Callable[[], None]) -> bool:
    """Run `config.workers` processes until SIGINT or SIGTERM; False when they cannot start."""
    with tempfile.TemporaryDirectory(prefix="plenary-metrics-") as folder:
        os.environ[metrics.DIRECTORY] = folder
        workers = Workers(config, [listener], on_ready)
        workers.run()
        return not workers.failed


def end_with_supervisor() -> None:
    """End this worker when its supervisor is gone, even if the supervisor was killed."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="end with the supervisor", daemon=True).start()
