"""The real `plenary serve` with the demo event, used through its public commands and its WebSocket."""

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from loadtests.fanout.crowd import Crowd, Meaning
from loadtests.fanout.frames import masked, request
from loadtests.fanout.process import CLIENT_CORE, SERVER_CORE, Failed, Measured, running

FOLDER = Path(tempfile.gettempdir()) / "plenary-fanout"
TOTALS = re.compile(rb'"totals":\{([^}]*)\}')
NUMBER = re.compile(rb":(\d+)")
EVENT = re.compile(r"event:[0-9a-f-]{36}")
ROOMS = 2
"""Rooms of a page in a session: the session's and the event's."""


@dataclass
class Occupied:
    server: Measured
    crowd: Crowd


class House:
    """An installation for the benchmark, with its demo event live."""

    def __init__(self, folder: Path = FOLDER, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
        self.environment = kept | {"PLENARY_DATA": str(folder), "PLENARY_PORT": "0"} | dict(environment or {})
        self.event_room = self.session = ""
        self.sent_s: list[float] = []
        """The monotonic time, in seconds, at which each reaction was sent."""
        self.cookies: list[str] = []
        self._hello = b""
        self._opened = 0
        """A random number for each opening, so that the keys of its reactions are new."""

    def lay(self, people: int) -> None:
        """Make the demo event anew, with films that exist already, and sign in `people` delegates."""
        for old in self.folder.glob("plenary.sqlite3*"):
            old.unlink()
        with running([sys.executable, "-m", "server", "demo"], self.environment):
            pass
        self.sign_in(people)

    def sign_in(self, people: int) -> None:
        """Sign in `people` made-up delegates."""
        links = [sys.executable, "-m", "server", "links", "demo", "--count", str(people), "--signed-in"]
        made = subprocess.run(links, env=self.environment, capture_output=True, text=True, check=True)
        self.cookies = made.stdout.split()

    @contextmanager
    def open(self, people: int, core: int | None = SERVER_CORE, meaning: Meaning | None = None) -> Iterator[Occupied]:
        """Serve, with `people` delegates in the live session, each with a sign-in of their own."""
        with running([sys.executable, "-m", "server", "serve"], self.environment, core) as server:
            self._opened = secrets.randbits(32)
            port = port_of(server)
            self.event_room, self.session = self._rooms(port)
            rooms = [self.event_room, f"session:{self.session}"]
            self._hello = masked(json.dumps({"type": "hello", "rooms": rooms}).encode())
            crowd = Crowd(port, meaning or total)
            try:
                self.fill(crowd, people)
                yield Occupied(server, crowd)
            finally:
                crowd.close()

    @contextmanager
    def next_door(self, people: int) -> Iterator[Crowd]:
        """Another web process of the same installation, on the clients' core, with some of the same people in it."""
        with running([sys.executable, "-m", "server", "serve"], self.environment, CLIENT_CORE) as server:
            crowd = Crowd(port_of(server))
            try:
                self.fill(crowd, people)
                yield crowd
            finally:
                crowd.close()

    def fill(self, crowd: Crowd, people: int) -> None:
        """Let more people come, until there are `people`."""
        cookies = self.cookies[len(crowd.sockets) : people]
        crowd.open([request("/live", crowd.port, cookie) for cookie in cookies], lambda index: self._hello, ROOMS)

    def clapping(self, crowd: Crowd, per_second: float) -> Iterator[int]:
        """At each step, send the reactions that are due, and yield their number so far.

        Everybody sends in turn, so that nobody runs out of credits.
        """
        began_s, people = time.monotonic(), len(crowd.sockets)
        for sent in count():
            while sent >= (time.monotonic() - began_s) * per_second:
                yield sent
            self.sent_s.append(time.monotonic())
            crowd.say(sent % people, self._clap(sent % people, len(self.sent_s)))

    def _clap(self, index: int, n: int) -> bytes:
        sender = f"{self._opened:08x}{index:08x}"
        clap = {"type": "reaction.send", "session": self.session, "sender": sender, "n": n, "emoji": "clap", "at": None}
        return json.dumps(clap).encode()

    def _rooms(self, port: int) -> tuple[str, str]:
        """The event's room, from the lobby, and the id of the live session, from the `welcome` of that room."""
        lobby = urllib.request.Request(f"http://127.0.0.1:{port}/demo/lobby", headers={"Cookie": self.cookies[0]})
        with urllib.request.urlopen(lobby) as answer:
            found = EVENT.search(answer.read().decode())
        if not found:
            raise Failed("the demo's lobby names no room")
        agenda: list[dict[str, Any]] = []

        def read(message: bytes) -> None:
            notice = json.loads(message)
            agenda.extend(notice.get("topics", {}).get("agenda", {}).get("sessions", ()))

        crowd = Crowd(port, read)
        hello = masked(json.dumps({"type": "hello", "rooms": [found[0]]}).encode())
        crowd.open([request("/live", port, self.cookies[0])], lambda index: hello, 1)
        crowd.close()
        [live, *_] = [each["id"] for each in agenda if each["state"] == "live"] or [""]
        if not live:
            raise Failed("no session of the demo is live")
        return found[0], live


def port_of(server: Measured) -> int:
    """The port in the first line that the server printed."""
    return int(server.first_line.rstrip("/\n").rpartition(":")[2])


def total(message: bytes) -> int | None:
    """The number of stored reactions according to a message; None when the message has no totals."""
    found = TOTALS.search(message)
    return sum(map(int, NUMBER.findall(found[1]))) if found else None
