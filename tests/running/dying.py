"""`python -m tests.running.dying DATABASE_URL`: a worker with endless work, to be killed in the middle of it."""

import asyncio
import sys

from starlette.applications import Starlette

from server.running import child
from server.running.jobs import HeldJob, JobKind, work_off
from server.store.engine.database import Database

NAME = "endless"
ENDLESS = """
import time
for n in range(1, 1_000_000):
    print(f"done {n} of 1000000", flush=True)
    time.sleep(0.05)
"""


async def work(_app: Starlette, held: HeldJob) -> None:
    await child.run([sys.executable, "-c", ENDLESS], progress=held.progress)


async def main(url: str) -> None:
    app = Starlette()
    app.state.db = Database(url)
    await work_off(JobKind(NAME, work), app)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
