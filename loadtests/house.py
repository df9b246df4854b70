"""An installation for one load test: the demo event on loopback, in a folder that is deleted at the end."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

STOPS_WITHIN_S = 30


class House:
    """A running `plenary demo`, with its address `base`, and join links for any number of delegates."""

    event = "demo"

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="plenary-load-"))
        self._environment = {**os.environ, "PLENARY_DATA": str(self._folder), "PLENARY_PORT": "0"}
        self._log = (self._folder / "log").open("wb")
        self._server = subprocess.Popen(
            self._plenary("demo"), env=self._environment, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._server.stdout is not None
        first = self._server.stdout.readline().split()
        if not first:
            raise SystemExit(f"the demo did not start; see {self._folder / 'log'}")
        self.base = first[-1].partition("/join/")[0]
        self._environment["PLENARY_PUBLIC_URL"] = self.base

    @property
    def data(self) -> Path:
        """The data directory of the installation."""
        return self._folder

    @property
    def pid(self) -> int:
        return self._server.pid

    def links(self, count: int) -> list[str]:
        """Join links for `count` delegates."""
        command = self._plenary("links", self.event, "--count", str(count))
        return subprocess.run(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=self._log, text=True, check=True
        ).stdout.split()

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(STOPS_WITHIN_S)
        self._log.close()
        shutil.rmtree(self._folder)

    @staticmethod
    def _plenary(*words: str) -> list[str]:
        return [sys.executable, "-m", "server", *words]
