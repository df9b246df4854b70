"""An event of 200 people who clap and read pages, measured; and the process of those who attack it."""

import asyncio
import http.client
import multiprocessing
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Self

from loadtests.attacks.kinds import ATTACKS, Target, carry_out
from loadtests.attacks.offers import offer
from loadtests.fanout.crowd import Crowd
from loadtests.fanout.house import House, total
from loadtests.fanout.process import Failed, Measured

PEOPLE = 200
ATTACKERS = 16
CLAPS_PER_S = 100.0
READERS, PAGES_PER_S = 4, 24.0
STEP_S = 0.002
ANSWERED_WITHIN_S = 10.0
TAKEN = re.compile(rb'"type":"taken","sender":"[0-9a-f]+","n":(\d+)')
STAGE = re.compile(r"/demo/console/stages/([0-9a-f-]{36})")
SESSION = re.compile(r"/demo/sessions/([a-z0-9-]+)")
LOWEST_PRIORITY = 19


@dataclass(frozen=True)
class Readings:
    """Milliseconds until each clap was answered, and until each page had come.

    `wrong` counts pages that did not come and connections that were lost; `cpu_s` is the processor time that the web
    process took in `seconds`, which a busy machine does not change much.
    """

    claps_ms: list[float]
    pages_ms: list[float]
    wrong: int
    cpu_s: float
    seconds: float

    def __add__(self, other: "Readings") -> "Readings":
        return Readings(
            self.claps_ms + other.claps_ms,
            self.pages_ms + other.pages_ms,
            self.wrong + other.wrong,
            self.cpu_s + other.cpu_s,
            self.seconds + other.seconds,
        )


class Event:
    """The demo event, served by `plenary serve`, with everybody in its live session."""

    def __init__(self) -> None:
        self.house = House()
        self.port = 0
        self.target: Target
        self.crowd: Crowd
        self.server: Measured
        self._answered_s: dict[int, float] = {}

    @contextmanager
    def open(self) -> Iterator["Event"]:
        self.house.lay(PEOPLE + ATTACKERS)
        speakers, [organiser] = self.cookies("speaker", ATTACKERS), self.cookies("organiser", 1)
        with self.house.open(PEOPLE, core=None, meaning=self.read) as occupied:
            self.crowd, self.server, self.port = occupied.crowd, occupied.server, occupied.crowd.port
            self.target = self.look_around(speakers, organiser)
            yield self

    def read(self, message: bytes) -> int | None:
        """Note the claps that a message answers."""
        if found := TAKEN.search(message):
            self._answered_s[int(found[1])] = time.monotonic()
        return total(message)

    def measure(self, seconds: float) -> Readings:
        """Let everybody clap and read for some seconds."""
        readers = [Reader(self.port, self.paths, self.house.cookies[n], seconds) for n in range(READERS)]
        began_s, cpu_before_s = time.monotonic(), self.server.whole_cpu_s
        for reader in readers:
            reader.start()
        clapping, first = self.house.clapping(self.crowd, CLAPS_PER_S), len(self.house.sent_s)
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            next(clapping)
            self.crowd.listen(STEP_S)
        sent = range(first + 1, len(self.house.sent_s) + 1)
        until_s = time.monotonic() + ANSWERED_WITHIN_S
        while time.monotonic() < until_s and not all(n in self._answered_s for n in sent):
            self.crowd.listen(0.05)
        for reader in readers:
            reader.join()
        waits_ms = [1000 * (self._answered_s.pop(n, time.monotonic()) - self.house.sent_s[n - 1]) for n in sent]
        pages_ms = [wait for reader in readers for wait in reader.waits_ms]
        wrong = self.crowd.lost + sum(reader.wrong for reader in readers)
        return Readings(waits_ms, pages_ms, wrong, self.server.whole_cpu_s - cpu_before_s, time.monotonic() - began_s)

    @property
    def paths(self) -> list[str]:
        return ["/demo/lobby", "/demo/agenda", f"/demo/sessions/{self.target.session}"]

    def cookies(self, role: str, people: int) -> tuple[str, ...]:
        """Sign in made-up people of a role; returns their cookie headers."""
        words = [sys.executable, "-m", "server", "links", "demo", "--role", role, "--count", str(people), "--signed-in"]
        made = subprocess.run(words, env=self.house.environment, capture_output=True, text=True, check=True)
        return tuple(made.stdout.split())

    def look_around(self, speakers: tuple[str, ...], organiser: str) -> Target:
        """Find what attackers know, and start the media process with an offer that is answered."""
        stage = STAGE.search(self.get("/demo/console/stages", organiser))
        session = self.house.session
        agenda = SESSION.findall(self.get("/demo/agenda", self.house.cookies[0]))
        slug = next(
            (each for each in agenda if session in self.get(f"/demo/sessions/{each}", self.house.cookies[0])), ""
        )
        if stage is None or not slug:
            raise Failed("the demo has no stage, or no live session")
        self.post_offer(stage[1], speakers[0])
        film = f"/demo/sessions/{slug}/media/index.m3u8"
        rooms = (self.house.event_room, f"session:{session}")
        delegates = tuple(self.house.cookies[PEOPLE:])
        return Target(self.port, "demo", slug, rooms, stage[1], film, delegates, speakers, organiser)

    def get(self, path: str, cookie: str) -> str:
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"cookie": cookie})
        with urllib.request.urlopen(asked, timeout=ANSWERED_WITHIN_S) as answer:
            return answer.read().decode()

    def post_offer(self, stage: str, cookie: str) -> None:
        base = f"http://127.0.0.1:{self.port}"
        headers = {"cookie": cookie, "origin": base, "content-type": "application/sdp"}
        content = offer(2, 1, 0, ["10.1.1.1"]).encode()
        for _ in range(10):
            asked = urllib.request.Request(f"{base}/stages/{stage}/whip", content, headers)
            try:
                urllib.request.urlopen(asked, timeout=2 * ANSWERED_WITHIN_S).close()
                return
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise Failed(f"the media process does not answer: {error.code}") from error
                time.sleep(2.0)
        raise Failed("the media process does not start")


class Reader(threading.Thread):
    """One browser that reads pages at a pace, over a connection that is kept."""

    def __init__(self, port: int, paths: list[str], cookie: str, seconds: float) -> None:
        super().__init__(daemon=True)
        self.port, self.paths, self.cookie, self.seconds = port, paths, cookie, seconds
        self.waits_ms: list[float] = []
        self.wrong = 0

    def run(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWERED_WITHIN_S)
        began_s, every_s = time.monotonic(), READERS / PAGES_PER_S
        for n in range(int(self.seconds / every_s)):
            time.sleep(max(0.0, began_s + n * every_s - time.monotonic()))
            asked_s = time.monotonic()
            try:
                line.request("GET", self.paths[n % len(self.paths)], headers={"cookie": self.cookie})
                answer = line.getresponse()
                answer.read()
                self.wrong += answer.status != 200
            except (OSError, http.client.HTTPException):
                line.close()
                self.wrong += 1
            self.waits_ms.append(1000 * (time.monotonic() - asked_s))
        line.close()


class Attackers:
    """A process that attacks when it is told to, at the lowest priority."""

    def __init__(self, target: Target) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=wait_and_attack, args=(target, theirs), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._line.close()
        self._process.join(ANSWERED_WITHIN_S)
        self._process.kill()

    def begin(self, name: str, seconds: float) -> None:
        self._line.send((name, seconds))

    def end(self) -> int:
        """Wait for the end of the attack; returns the number of its steps."""
        steps: int = self._line.recv()
        return steps


def wait_and_attack(target: Target, line: "Connection[int, tuple[str, float]]") -> None:
    os.nice(LOWEST_PRIORITY)
    while True:
        try:
            name, seconds = line.recv()
        except EOFError:
            return
        line.send(asyncio.run(carry_out(ATTACKS[name], target, seconds)))
