"""A crowd that goes through a whole event: people join, look around, listen, watch, react, reconnect, answer a survey.

    python -m locust -f loadtests/locustfile.py --headless --only-summary --people 673 --seconds 600 --record

opens a demo event of its own on loopback and leaves nothing behind. With `--host URL --event SLUG --links FILE` it uses
a rehearsal elsewhere, whose links `plenary links SLUG --count N` prints. A day has three acts: everyone comes in, there
is an ovation, everyone loses the connection at once; `--shape` chooses only one of them. The exit code is 1 if anything
failed; `--record` writes the figures to RESULTS.md.
"""

import random
import re
import secrets
import time
from argparse import ArgumentParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gevent
import psutil
from locust import FastHttpUser, LoadTestShape, between, constant_pacing, events, task
from locust.env import Environment

from loadtests.day import ACTS, Day
from loadtests.house import House
from loadtests.line import Line, LineClosed, pause
from loadtests.results import Figure, record

EMOJI = ("clap", "love", "agree", "laugh", "wow", "idea")
SESSION_NOW = re.compile(r'button-live" href="([^"]+)"')
ROOM = re.compile(r'data-room="((?:event|session):[0-9a-f-]{36})"')
CHOICE = re.compile(r'type="radio" name="(\w+)" value="([^"]+)"')
SEGMENT_S = 2
BEHIND_MS = 6_000
CLAPS_AT_ONCE = 3
"""Reactions in an ovation at each request of the playlist: fewer than the two credits a second that are refilled."""
CLAPS_SELDOM = 0.04
"""Probability of a reaction at each request of the playlist outside an ovation."""
ANSWER_WITHIN_S = 30
NOTICES_WITHIN_S = 30
"""The longest time until a person notices that the session is over, or that the survey has opened."""
FILLS_IN_S = (5, 30)
"""The shortest and longest time that a person takes to fill in the survey."""
DO_NOT_COME_BACK = 4500
BUSY = 503


@dataclass
class Crowd:
    """The state that all people of this process share; it is filled in before the first of them comes."""

    day: Day = field(default_factory=lambda: Day(0, 1))
    event: str = House.event
    links: list[str] = field(default_factory=list)
    house: House | None = None
    began_s: float = 0.0
    """Monotonic time at which the doors opened."""
    server_cpu_s: float = 0.0
    lines: set[Line] = field(default_factory=set)
    shared: int = 0
    """Number of frames received that were shared with everybody."""

    def gone_s(self) -> float:
        """Seconds since the doors opened."""
        return time.monotonic() - self.began_s


crowd = Crowd()


class Delegate(FastHttpUser):
    """A person with a join link and a browser."""

    abstract = True
    network_timeout = connection_timeout = 60.0

    def on_start(self) -> None:
        self.sender, self.n = secrets.token_hex(8), 0
        self.waiting: dict[int, tuple[dict[str, Any], float]] = {}
        """Reactions without an answer yet, by number: the command, and the monotonic time at which it was sent."""
        self.line: Line | None = None
        self.living: gevent.Greenlet | None = None
        self.has_answered = False
        self.notices_s = random.uniform(0, NOTICES_WITHIN_S)
        link = urlsplit(crowd.links.pop()).path
        self.get(link, "join link")
        self.post(link, {}, "join")
        self.look("lobby")
        self.look("agenda")

    def on_stop(self) -> None:
        self.go()
        for _, sent_s in self.waiting.values():
            if time.monotonic() - sent_s > ANSWER_WITHIN_S:
                self.note("reaction", ANSWER_WITHIN_S, TimeoutError("never answered"))

    def look(self, place: str) -> str:
        """Open a page of the event with its live connection, and return its HTML."""
        self.go()
        html = self.get(f"/{crowd.event}/{place}", re.sub("/.*", "", place))
        rooms = sorted(set(ROOM.findall(html)))
        if rooms:
            self.living = gevent.spawn(self.live, rooms)
        return html

    def go(self) -> None:
        """Leave the page and its live connection."""
        if self.living is not None:
            self.living.kill()
        self.living = None

    def get(self, path: str, name: str) -> str:
        """The HTML of a page. A "busy" answer counts as failed, and the page is asked for again after a while."""
        while (answer := self.client.get(path, name=name)).status_code == BUSY:
            self.wait_for(answer)
        return answer.text or ""

    def post(self, path: str, form: dict[str, str], name: str) -> None:
        """Send a form, again after each "busy" answer. Any answer but a redirect (303) counts as failed."""
        headers = {"origin": self.host or ""}
        while True:
            with self.client.post(
                path, data=form, headers=headers, name=name, allow_redirects=False, catch_response=True
            ) as answer:
                if answer.status_code != 303:
                    answer.failure(f"{answer.status_code} instead of a redirect")
            if answer.status_code != BUSY:
                return
            self.wait_for(answer)

    @staticmethod
    def wait_for(answer: Any) -> None:
        """Wait for the time that a "busy" answer asks for, or up to twice as long, since people vary."""
        gevent.sleep(float(answer.headers["retry-after"]) * random.uniform(1, 2))

    def live(self, rooms: list[str]) -> None:
        """Keep a connection while the page is open, and reconnect as static/js/live.js does."""
        self.tries = 0
        while True:
            began_s = time.monotonic()
            try:
                self.line = Line(self.host or "", {cookie.name: cookie.value or "" for cookie in self.client.cookiejar})
                crowd.lines.add(self.line)
                self.converse(self.line, rooms, began_s)
            except LineClosed as closed:
                if closed.code >= DO_NOT_COME_BACK:
                    return self.note("line", time.monotonic() - began_s, closed)
            except ConnectionError as error:
                self.note("line", time.monotonic() - began_s, error)
            except OSError:
                pass  # the load test itself cut the connection
            finally:
                self.hang_up()
            gevent.sleep(pause(self.tries))
            self.tries += 1

    def converse(self, line: Line, rooms: list[str], began_s: float) -> None:
        line.send({"type": "hello", "rooms": rooms})
        for command, _ in tuple(self.waiting.values()):
            line.send(command)
        for notice in line.notices():
            self.tries = 0
            match notice["type"]:
                case "welcome":
                    self.note("welcome", time.monotonic() - began_s)
                    if notice["room"].startswith("session:"):
                        line.send({"type": "playing", "room": notice["room"], "playing": True})
                case "denied":
                    self.note("welcome", time.monotonic() - began_s, PermissionError(notice["reason"]))
                case "taken" | "refused" if notice["n"] in self.waiting:
                    _, sent_s = self.waiting.pop(notice["n"])
                    refusal = PermissionError(notice["reason"]) if notice["type"] == "refused" else None
                    self.note("reaction", time.monotonic() - sent_s, refusal)

    def hang_up(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            crowd.shared += line.shared
            crowd.lines.discard(line)
            line.cut()

    def react(self, session: str) -> None:
        """Send a reaction without waiting; `converse` takes the answer."""
        self.n += 1
        at_ms = round(time.time() * 1000) - BEHIND_MS
        key = {"session": session, "sender": self.sender, "n": self.n}
        command = {"type": "reaction.send", **key, "emoji": random.choice(EMOJI), "at": at_ms}
        self.waiting[self.n] = (command, time.monotonic())
        try:
            if self.line is not None:
                self.line.send(command)
        except OSError:
            pass  # it is sent again on the next connection

    def answer(self) -> None:
        """Fill in the survey once, near the end of the day."""
        if self.has_answered or not crowd.day.asks_for_answers(crowd.gone_s() - self.notices_s):
            return
        self.has_answered = True
        path = f"/{crowd.event}/surveys/after"
        choices = CHOICE.findall(self.get(path, "survey"))
        random.shuffle(choices)
        gevent.sleep(random.uniform(*FILLS_IN_S))
        self.post(path, dict(choices), "survey, answered")

    def note(self, name: str, seconds: float, error: Exception | None = None) -> None:
        """Record an answer on the live connection in Locust's statistics, after `seconds` seconds."""
        self.environment.events.request.fire(
            request_type="LIVE", name=name, response_time=seconds * 1000, response_length=0, exception=error, context={}
        )


class Wanderer(Delegate):
    """A person who goes from page to page."""

    weight = 3
    wait_time = between(20, 60)

    @task
    def walk(self) -> None:
        self.look(random.choice(("lobby", "agenda", "lounge", "recordings")))
        self.answer()


class Listener(Delegate):
    """A person who follows the live session by its sound, and reacts."""

    weight = 6
    wait_time = constant_pacing(SEGMENT_S)
    renditions: tuple[str, ...] = ("audio",)

    def on_start(self) -> None:
        super().on_start()
        self.session, self.path = "", ""
        self.fetched: dict[str, str] = {}

    @task
    def attend(self) -> None:
        if not self.session and not self.enter():
            return gevent.sleep(random.uniform(10, 30))
        for rendition in self.renditions:
            self.fetch(rendition)
        self.answer()
        claps = CLAPS_AT_ONCE if crowd.day.is_ovation(crowd.gone_s()) else int(random.random() < CLAPS_SELDOM)
        for _ in range(claps if self.session else 0):
            self.react(self.session)

    def enter(self) -> bool:
        """Go to the session that the lobby offers; False when there is none or its page fails."""
        found = SESSION_NOW.search(self.look("lobby"))
        if found is None:
            return False
        self.path, self.fetched = found[1], {}
        html = self.look(self.path.removeprefix(f"/{crowd.event}/"))
        rooms = [room for room in ROOM.findall(html) if room.startswith("session:")]
        if not rooms:
            return False  # the page failed, which Locust has counted
        self.session = rooms[0].partition(":")[2]
        self.client.get(f"{self.path}/media/index.m3u8", name="multivariant playlist")
        return True

    def fetch(self, rendition: str) -> None:
        """Fetch a delta update of a media playlist and its newest segment; leave the session when the playlist ends."""
        address = f"{self.path}/media/{rendition}.m3u8?_HLS_skip=YES"
        answer = self.client.get(address, name=f"{rendition} playlist")
        playlist = (answer.text or "") if answer.status_code == 200 else ""
        newest = next((line for line in reversed(playlist.splitlines()) if line and not line.startswith("#")), "")
        if newest and newest != self.fetched.get(rendition):
            self.fetched[rendition] = newest
            self.client.get(newest, name=f"{rendition} segment")
        if "#EXT-X-ENDLIST" in playlist:
            self.session = ""
            gevent.sleep(self.notices_s)


class Viewer(Listener):
    """A person who also fetches the picture."""

    weight = 1
    renditions = ("audio", "video")


class Shape(LoadTestShape):
    """The number of people at each time of the day; it also cuts every connection when the day says so."""

    has_cut = False

    def tick(self) -> tuple[int, float] | None:
        gone_s = self.get_run_time()
        if crowd.day.is_over(gone_s):
            return None
        if crowd.day.has_reconnected(gone_s) and not self.has_cut:
            self.has_cut = True
            for line in tuple(crowd.lines):
                line.cut()
        return crowd.day.here(gone_s), crowd.day.people


@events.init_command_line_parser.add_listener
def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=673, help="the number of delegates (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=600, help="the length of the day (default: %(default)s)")
    parser.add_argument("--shape", choices=("day", *ACTS), default="day", help="one act, or all (default: %(default)s)")
    parser.add_argument("--event", default=House.event, help="the slug of the event (default: %(default)s)")
    parser.add_argument("--links", metavar="FILE", help="with --host: a file with the output of plenary links")
    parser.add_argument("--record", action="store_true", help="write the figures to loadtests/RESULTS.md")


@events.init.add_listener
def open_doors(environment: Environment, **_: Any) -> None:
    asked = environment.parsed_options
    acts = ACTS if asked.shape == "day" else (asked.shape,)
    crowd.day, crowd.event = Day(asked.people, asked.seconds, frozenset(acts)), asked.event
    if environment.host:
        crowd.links = Path(asked.links).read_text(encoding="utf-8").split()
    else:
        crowd.house = House()
        crowd.links, environment.host = crowd.house.links(asked.people), crowd.house.base


@events.test_start.add_listener
def begin(**_: Any) -> None:
    crowd.began_s = time.monotonic()


@events.test_stopping.add_listener
def look_at_the_server(**_: Any) -> None:
    if crowd.house is not None:
        crowd.server_cpu_s = sum(psutil.Process(crowd.house.pid).cpu_times()[:2])


@events.quitting.add_listener
def close_doors(environment: Environment, **_: Any) -> None:
    if crowd.house is not None:
        crowd.house.close()
    if environment.parsed_options.record:
        print(record(f"A day of {crowd.day.people} delegates", COMMAND, figures(environment), [NOTE]))


def figures(environment: Environment) -> list[Figure]:
    """The figures of a run."""
    total = environment.stats.total
    reactions = environment.stats.get("reaction", "LIVE")
    return [
        Figure("failures", [total.num_failures], at_most=0),
        Figure("requests and notices", [total.num_requests]),
        Figure("reactions answered", [reactions.num_requests - reactions.num_failures]),
        Figure("reaction to its answer, median", [reactions.median_response_time], "ms"),
        Figure("reaction to its answer, p99", [reactions.get_response_time_percentile(0.99)], "ms"),
        Figure("all requests, p99", [total.get_response_time_percentile(0.99)], "ms"),
        Figure("shared frames received", [crowd.shared]),
        Figure("server CPU of one core", [100 * crowd.server_cpu_s / crowd.day.seconds], "%"),
    ]


COMMAND = "python -m locust -f loadtests/locustfile.py --headless --only-summary --people 673 --seconds 600 --record"
NOTE = (
    "Delegates come in over three minutes by their join links. Six of ten listen to the live session (playlist and "
    "segment every two seconds), one watches it, three go from page to page. There is an ovation of a minute and a "
    "half, and later everybody's connection is lost at one moment. Each delegate notices the survey at the end within "
    "half a minute, and fills it in within another. Server and delegates share two cores."
)
