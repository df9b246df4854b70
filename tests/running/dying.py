"""`python -m tests.running.dying DATABASE_URL`: a worker with endless work, to be killed in the middle of it."""

import asyncio
import sys

from starlette.applications import Starlette

from server.running import child
from server.running.jobs import HeldJob, JobKind, work_off
from server.store.engine.database import Database

NAME = "endless"
ENDLESS = """
import select
print("done 1 of 1000000", flush=True)
reader = select.poll()
reader.register(1, 0)
reader.poll()
"""
"""Prints one line of progress, and ends with the reader of its output: a poll for no event reports only that."""


async def work(_app: Starlette, held: HeldJob) -> None:
    await child.run([sys.executable, "-c", ENDLESS], progress=held.progress)


async def main(url: str) -> None:
    app = Starlette()
    app.state.db = Database(url)
    await work_off(JobKind(NAME, work), app)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
