"""The servers that are compared: each sends one frame a tick to everybody, and each opens with a crowd inside."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from loadtests.fanout.crowd import Crowd
from loadtests.fanout.frames import masked, request
from loadtests.fanout.house import House
from loadtests.fanout.process import Measured, running

HERE = Path(__file__).parent
TICK_MS = 100
TRICKLE_PER_S = 20
"""Reactions a second while ours is measured: enough that every tick has a change to send."""
OURS = ("ours", "ours, storing")
CLAPPERS = 40
"""The number of people, at most, who send them: enough that nobody runs out of credits."""
PAYLOAD = json.dumps(
    {
        "type": "changed",
        "room": "session:6f0e0f2e-7c7e-4f3c-9a51-0c8a7f2f6b11",
        "epoch": "0123456789abcdef",
        "seq": 12345,
        "topics": {
            "reactions": {
                "totals": {"clap": 48213, "love": 10382, "agree": 9912, "laugh": 3110, "wow": 2207, "idea": 1840},
                "paused": False,
            }
        },
    },
    separators=(",", ":"),
)
"""The message of the other servers, as long as one of ours while people clap."""


@dataclass
class Stand:
    """A contender's server with its crowd inside; `stir` is called often, and may cause changes that it then sends."""

    server: Measured
    crowd: Crowd
    stir: Callable[[], None] = lambda: None


Contender = Callable[[int], AbstractContextManager[Stand]]


@contextmanager
def other(command: list[str], path: str, first: bytes, frames: int, receivers: int) -> Iterator[Stand]:
    """A server that sends on its own once it is started. Its crowd waits for `frames` frames each."""
    with running([*command, PAYLOAD, str(TICK_MS)]) as server:
        crowd = Crowd(int(server.first_line))
        crowd.replies = {b"2": b"3"}
        try:
            crowd.open([request(path, crowd.port)] * receivers, lambda index: first, frames)
            yield Stand(server, crowd)
        finally:
            crowd.close()


@contextmanager
def ours(house: House, receivers: int) -> Iterator[Stand]:
    """The real `plenary serve`. The claps come to another process, so this one only shows them and stores nothing."""
    with house.open(receivers) as stand, house.next_door(min(CLAPPERS, receivers)) as clappers:
        beat = house.clapping(clappers, TRICKLE_PER_S)

        def stir() -> None:
            next(beat)
            clappers.take()

        yield Stand(stand.server, stand.crowd, stir)


@contextmanager
def storing(house: House, receivers: int) -> Iterator[Stand]:
    """The real `plenary serve`, to which the claps come: it also receives, judges, stores and answers them."""
    with house.open(receivers) as stand:
        beat = house.clapping(stand.crowd, TRICKLE_PER_S)
        yield Stand(stand.server, stand.crowd, partial(next, beat, None))


def contenders(house: House) -> dict[str, Contender]:
    """The contenders by name, in the order in which they run."""
    plain = [sys.executable, str(HERE / "plain.py")]
    return {
        "ours": partial(ours, house),
        "ours, storing": partial(storing, house),
        "plain ASGI loop": partial(other, plain, "/", b"", 1),
        "socket.io": partial(
            other,
            ["node", str(HERE / "socketio_server.mjs")],
            "/socket.io/?EIO=4&transport=websocket",
            masked(b"40"),
            3,
        ),
        "ws": partial(other, ["node", str(HERE / "ws_server.mjs")], "/", b"", 1),
    }
