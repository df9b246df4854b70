"""The media process's cost of a live minute, beside aiortc's own recorder with the same publisher."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from loadtests.results import Figure, record
from rooms.media.air.disk import read_journals
from server.playback.programmes import directory_of
from server.rules.stream_keys import stream_key
from server.settings import Settings
from server.store.engine.database import Database
from server.trust.secret import load_secret
from tests.stage.conftest import House
from tests.stage.directing import go_on_air, media_process
from tests.waiting import paced, until

WITHIN_S = 90
RUNS, MEASURED_S, MEASURED_SHORT_S = 3, 40.0, 4.0
AT_MOST = 1 / 3


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run a module as a process; yields the process and the first line that it prints."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        said = await asyncio.wait_for(process.stdout.readline(), WITHIN_S)
        assert said, words
        yield process, said.decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def cpu_s(pid: int) -> float:
    """Return the processor time of a process so far, user and system, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def spent(pid: int, seconds: float) -> float:
    """Return the processor time of a live minute, seconds, measured over `seconds`."""
    first, *_, last = [cpu_s(pid) async for _ in paced(1, round(seconds) + 1)]
    return (last - first) * 60 / seconds


async def kept(settings: Settings, house: House, count: int) -> None:
    """Wait until `count` segments of sound are on the disk."""
    directory = directory_of(settings, house.session)
    await until(lambda: len(read_journals(directory)["audio"].listed) >= count, WITHIN_S)


@pytest.mark.soak
@pytest.mark.one_engine
@pytest.mark.timeout(900)
async def test_a_live_minute_is_weighed_beside_the_stock_recorders(
    served: str, settings: Settings, house: House, database: Database, tmp_path: Path, soak: bool
) -> None:
    seconds = MEASURED_S if soak else MEASURED_SHORT_S
    key = stream_key(load_secret(settings), house.stage.id, 1)
    async with running("loadtests.publisher", f"{served}{house.whip}", key):
        await go_on_air(database, house)
        await kept(settings, house, 1)
        ours = [await spent(media_process(settings), seconds) for _ in range(RUNS if soak else 1)]
        await kept(settings, house, 3)
    async with (
        running("loadtests.recorder", str(tmp_path / "stock.mp4")) as (recorder, address),
        running("loadtests.publisher", address),
    ):
        stock = [await spent(recorder.pid, seconds) for _ in range(RUNS if soak else 1)]
    assert min(stock) > 0, "nothing was recorded"
    if soak:
        figures = [
            Figure("media process: receive, relay, mix, package", ours, "CPU s"),
            Figure("aiortc's MediaRecorder: receive, decode, encode", stock, "CPU s"),
            Figure("share", [one / other for one, other in zip(ours, stock, strict=True)], at_most=AT_MOST),
        ]
        notes = ["720p30 at 2.5 Mbit/s by WHIP over loopback, one publisher; processor time of the whole process."]
        print(record("A live minute", "make soak", figures, notes))
