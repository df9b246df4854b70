"""Measure the number of viewers that one core serves with pictures and sound: `python -m loadtests.segments`.

The start of the demo's live session is set back by two hours, so that its playlists are long. Every two seconds each
viewer asks, as hls.js does, for a delta update of both playlists and for one segment of each.
"""

import argparse
import asyncio
import gzip
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from loadtests.delegates import Visitor
from loadtests.house import House
from loadtests.results import Figure, record

OLD = timedelta(hours=2)
BEAT_S = 2.0
RENDITIONS = ("video", "audio")
SETTLES_S = 3.0


class Connection:
    """A persistent HTTP/1.1 connection that sends one request after another."""

    def __init__(self, base: str, cookie: str) -> None:
        self.host, self.cookie = urlsplit(base).netloc, cookie

    async def open(self) -> None:
        host, _, port = self.host.partition(":")
        self.reader, self.writer = await asyncio.open_connection(host, int(port))

    async def get(self, path: str) -> bytes:
        """The body as it was sent, perhaps compressed. Raises ValueError for any status but 200."""
        asked = f"GET {path} HTTP/1.1\r\nhost: {self.host}\r\ncookie: {self.cookie}\r\naccept-encoding: gzip\r\n\r\n"
        self.writer.write(asked.encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " not in head.partition("\r\n")[0]:
            raise ValueError(f"{path}: {head.partition(chr(13))[0]}")
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        return await self.reader.readexactly(length)


class Crowd:
    """The viewers of one session. `answered` counts answers, `bytes` their size, `late` rounds longer than `BEAT_S`."""

    def __init__(self, base: str, session: str, cookie: str) -> None:
        self.base, self.session, self.cookie = base, session, cookie
        self.newest: dict[str, str] = {}
        self.answered = self.bytes = self.late = 0

    def playlist(self, rendition: str) -> str:
        return f"{self.session}/media/{rendition}.m3u8?_HLS_skip=YES"

    async def scout(self) -> None:
        """Keep `newest` up to date, so that viewers need not parse playlists: that would cost this process time."""
        connection = Connection(self.base, self.cookie)
        await connection.open()
        while True:
            for rendition in RENDITIONS:
                text = gzip.decompress(await connection.get(self.playlist(rendition))).decode()
                self.newest[rendition] = text.splitlines()[-1]
            await asyncio.sleep(BEAT_S / 4)

    async def view(self, phase: float) -> None:
        """Act as one viewer, who begins at `phase` (0 to 1) of a round."""
        await asyncio.sleep(phase * BEAT_S)
        connection = Connection(self.base, self.cookie)
        await connection.open()
        while True:
            began_s = time.monotonic()
            for rendition in RENDITIONS:
                for path in (self.playlist(rendition), self.newest[rendition]):
                    body = await connection.get(path)
                    self.bytes += len(body)
                    self.answered += 1
            took_s = time.monotonic() - began_s
            self.late += took_s > BEAT_S
            await asyncio.sleep(max(0.0, BEAT_S - took_s))


def set_back(data: Path) -> str:
    """Set the start of the live session with a film back by two hours, and return its slug."""
    began = (datetime.now(UTC) - OLD).strftime("%Y-%m-%d %H:%M:%S.%f")
    with sqlite3.connect(data / "plenary.sqlite3", timeout=30) as database:
        (slug,) = database.execute("SELECT slug FROM session WHERE state = 'live' AND film_id IS NOT NULL").fetchone()
        database.execute("UPDATE session SET started_at = ? WHERE slug = ?", (began, slug))
    return str(slug)


def cpu_s(pid: int) -> float:
    """Processor time of a process's threads since its start, in seconds."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


async def measure(house: House, viewers: int, seconds: float) -> dict[str, float]:
    """The figures of one run: the server's cost for the viewers, without its cost when there are none."""
    async with httpx.AsyncClient(base_url=house.base) as http:
        visitor = Visitor(http)
        await visitor.join(house.links(1)[0])
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    crowd = Crowd(house.base, f"/{house.event}/sessions/{set_back(house.data)}", cookie)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(crowd.scout())]
        await asyncio.sleep(SETTLES_S)
        idle = await spent(house.pid, seconds / 2) / (seconds / 2)
        running += [tasks.create_task(crowd.view(number / viewers)) for number in range(viewers)]
        await asyncio.sleep(SETTLES_S)
        answered, given = crowd.answered, crowd.bytes
        busy = await spent(house.pid, seconds) / seconds
        answered, given = crowd.answered - answered, crowd.bytes - given
        for task in running:
            task.cancel()
    return {
        "viewers of one core": viewers / (busy - idle),
        "CPU of the server for a request": 1e6 * (busy - idle) * seconds / answered,
        "sent to a viewer": given * 8 / 1e6 / seconds / viewers,
        "rounds that took more than two seconds": crowd.late,
    }


async def spent(pid: int, seconds: float) -> float:
    """Processor time, in seconds, that a process uses in the next `seconds` seconds."""
    before = cpu_s(pid)
    await asyncio.sleep(seconds)
    return cpu_s(pid) - before


UNITS = {"CPU of the server for a request": "µs", "sent to a viewer": "Mbit/s"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    house = House()
    try:
        found = [asyncio.run(measure(house, chosen.viewers, chosen.seconds)) for _ in range(chosen.runs)]
    finally:
        house.close()
    figures = [Figure(name, [run[name] for run in found], UNITS.get(name, "")) for name in found[0]]
    note = (
        f"{chosen.viewers} viewers for {chosen.seconds:.0f} s beside the demo's own crowd, whose cost is taken off. "
        "One web process without nginx, a session two hours old, delta playlists, segments from memory. Client and "
        "server share the machine's cores."
    )
    print(record("Segments", "python -m loadtests.segments", figures, [note]))


if __name__ == "__main__":
    main()
