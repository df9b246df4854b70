"""The services of docker-compose.yml as plain processes on this machine, each on a loopback port.

`python -m loadtests.topology` starts them, prints the address, and ends them on Ctrl-C. Commands, environment and nginx
configuration come from the compose file, so the two cannot differ; only names and ports are replaced by local ones.
"""

import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from tests.engines.nginx import nginx_program
from tests.engines.object_store import rclone_program
from tests.engines.postgresql import PostgreSQL
from tests.engines.process import ServerProcess, free_port
from tests.engines.redis import redis_program

COMPOSE = Path(__file__).parent.parent / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\})")


class Service(ServerProcess):
    """A service with its command from the compose file; `here` replaces names and ports in a text by local ones."""

    def __init__(self, name: str, said: Mapping[str, Any], folder: Path, here: Callable[[str], str]) -> None:
        super().__init__(folder)
        self.name, self.said, self.here = name, said, here

    def command(self) -> list[str]:
        return self.said["command"]


class Plenary(Service):
    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **{name: self.here(value) for name, value in self.said["environment"].items()}}

    def command(self) -> list[str]:
        program, *words = self.said["command"]
        assert program == "plenary"
        return [sys.executable, "-m", "server", *words]


class Web(Plenary):
    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "PLENARY_HOST": "127.0.0.1", "PLENARY_PORT": str(self.port)}


class Media(Plenary):
    """The media process. Browsers reach it at this machine's own addresses, without a container network between."""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "PLENARY_MEDIA_PORT": "0", "PLENARY_MEDIA_ADDRESS": ""}


class Redis(Service):
    def command(self) -> list[str]:
        program, *words = self.said["command"]
        assert program == "redis-server"
        return [redis_program(), *words, "--bind", "127.0.0.1", "--port", str(self.port)]


class Store(Service):
    """The object store. A bucket is a directory below the served one; a volume in the compose file makes it."""

    def command(self) -> list[str]:
        *words, served = self.said["command"]
        address = words.index("--addr") + 1
        words[address] = f"127.0.0.1:{self.port}"
        for volume in self.said["volumes"]:
            _, _, place = volume.partition(":")
            (self.folder / Path(place).relative_to(served)).mkdir(exist_ok=True)
        return [rclone_program(), *words, str(self.folder)]


class Postgres(PostgreSQL):
    """PostgreSQL, with the database and owner that the image would make from its environment variables."""

    def __init__(self, name: str, said: Mapping[str, Any], folder: Path, here: Callable[[str], str]) -> None:
        super().__init__(folder)
        self.said = said

    def start(self) -> None:
        super().start()
        owner = self.said["environment"]["POSTGRES_USER"]
        self._run("createuser", *self._address, owner)
        self._run("createdb", *self._address, f"--owner={owner}", self.said["environment"]["POSTGRES_DB"])


class Nginx(Service):
    stop_signal = signal.SIGTERM

    def command(self) -> list[str]:
        [config] = self.said["configs"]
        text = self.here(config["content"]).replace("listen 8080;", f"listen 127.0.0.1:{self.port};")
        path = self.folder / "nginx.conf"
        path.write_text(text)
        return [nginx_program(), "-p", str(self.folder), "-c", str(path), "-g", "daemon off;"]


KINDS: dict[str, type[Service] | type[Postgres]] = {
    "nginx": Nginx,
    "redis": Redis,
    "postgres": Postgres,
    "media": Media,
    "store": Store,
}
"""The classes by service name; every other service is a web process."""


class Topology:
    """All services, in a folder that users other than root have to be able to enter."""

    def __init__(self, folder: Path, compose: Path = COMPOSE) -> None:
        self.folder = folder
        variables = {"PLENARY_SECRET": secrets.token_hex(32), "POSTGRES_PASSWORD": secrets.token_hex(16)}
        self.front = free_port()
        variables["PLENARY_PUBLIC_URL"] = self.base
        said = read(compose, variables)
        self.services: dict[str, Any] = {}
        self.needs = {name: set(service.get("depends_on", ())) for name, service in said["services"].items()}
        for name, service in said["services"].items():
            for config in service.get("configs", ()):
                config["content"] = said["configs"][config["source"]]["content"]
            (folder / name).mkdir()
            self.services[name] = KINDS.get(name, Web)(name, service, folder / name, self._here)
        self.services["nginx"].port = self.front
        self._names = {
            f"{name}:{port}": f"127.0.0.1:{self.services[name].port}"
            for name, service in said["services"].items()
            for port in service.get("expose", ())
        }

    @property
    def base(self) -> str:
        """The address that people see."""
        return f"http://127.0.0.1:{self.front}"

    @property
    def web(self) -> dict[str, str]:
        """The address of each web process itself, by service."""
        return {name: f"http://127.0.0.1:{each.port}" for name, each in self.services.items() if isinstance(each, Web)}

    @contextmanager
    def running(self) -> Iterator["Topology"]:
        """Start each service once those that it depends on answer; stop all in the reverse order at the end."""
        order = TopologicalSorter(self.needs)
        order.prepare()
        try:
            with ThreadPoolExecutor() as threads:
                while order.is_active():
                    ready = order.get_ready()
                    list(threads.map(lambda name: self.services[name].start(), ready))
                    order.done(*ready)
            yield self
        finally:
            for name in reversed(list(TopologicalSorter(self.needs).static_order())):
                self.services[name].stop()

    def _here(self, text: str) -> str:
        for name, address in self._names.items():
            text = text.replace(name, address)
        return str(self.folder / "data") if text == "/data" else text


def read(compose: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """The compose file with its variables filled in as Compose does. Raises KeyError when a required one is not set."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found["name"], found["kind"], found["rest"]
        if name is None:
            return "$"
        return variables.get(name, rest) if kind == ":-" else variables[name]

    def fill(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: fill(each) for key, each in node.items()}
        if isinstance(node, list):
            return [fill(each) for each in node]
        return VARIABLE.sub(value, node) if isinstance(node, str) else node

    filled: dict[str, Any] = fill(yaml.safe_load(compose.read_text()))
    return filled


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="plenary-topology-"))
    folder.chmod(0o711)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Topology(folder).running() as topology:
            print(f"Plenary is open at {topology.base}, by {', '.join(topology.web.values())}", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("ended", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
