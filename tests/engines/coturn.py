"""coturn, the TURN server from the system's packages. Here it accepts only TCP, and relays on loopback."""

import os
import shutil

from tests.engines import EngineMissing
from tests.engines.process import ServerProcess

SECRET = "shared with coturn"
QUIET = ("--no-cli", "--no-software-attribute", "--log-file=stdout", "--simple-log")


class Coturn(ServerProcess):
    """A TURN server whose credentials are signed with `SECRET`."""

    name = "coturn"

    @property
    def url(self) -> str:
        return f"turn:127.0.0.1:{self.port}?transport=tcp"

    def command(self) -> list[str]:
        addresses = ["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={self.port}"]
        tcp_alone = ["--no-udp", "--no-tls", "--no-dtls", "--allow-loopback-peers"]
        people = ["--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=plenary"]
        files = [f"--pidfile={self.folder / 'pid'}", f"--userdb={self.folder / 'people'}"]
        return [turn_program(), "-n", *addresses, *tcp_alone, *people, *files, *QUIET]


def turn_program() -> str:
    """The path of the program, which some systems keep in a folder that only root has on the path."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    if program := shutil.which("turnserver", path=path):
        return program
    raise EngineMissing("There is no coturn: run `sudo apt-get install coturn`")
