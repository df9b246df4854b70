"""`plenary demo` as people start it: a process that prints three links and ends at Ctrl-C."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROLES = ("delegate", "speaker", "organiser")
PATIENCE_S = 300
"""The longest time of a first start on a busy machine, which makes the films."""


@dataclass
class RunningDemo:
    """A running demo, with the join link of each role."""

    links: dict[str, str]


def clean_environment(**settings: str) -> dict[str, str]:
    """An environment without any variable of Python or Plenary, except these settings."""
    ours = ("PYTHON", "PLENARY_", "DATABASE_URL", "REDIS_URL", "VIRTUAL_ENV")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(ours)}, **settings}


@asynccontextmanager
async def running_demo(plenary: Path, folder: Path) -> AsyncIterator[RunningDemo]:
    """Run the demo with its data in a folder, and end it by Ctrl-C. Fails when it does not start or end properly."""
    environment = clean_environment(PLENARY_DATA=str(folder / "data"), PLENARY_PORT="0")
    with (folder / "demo.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            plenary, "demo", cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
        )
    try:
        async with asyncio.timeout(PATIENCE_S):
            links = await read_links(process)
        assert links.keys() == set(ROLES), (folder / "demo.log").read_text()
        yield RunningDemo(links)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_S):
            await process.wait()
        assert process.returncode in {0, 130}, (folder / "demo.log").read_text()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def read_links(process: asyncio.subprocess.Process) -> dict[str, str]:
    """The links that the demo prints, by role; fewer when it ends before."""
    assert process.stdout is not None
    links: dict[str, str] = {}
    while len(links) < len(ROLES) and (line := (await process.stdout.readline()).decode()):
        role, *link = line.split()
        if role in ROLES:
            [links[role]] = link
    return links
