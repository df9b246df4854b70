"""Runs the duties beside the pages for as long as the application does: one owner for every task.

Most duties wait until a transaction of this process has left something to do. What another process leaves, a command
of `plenary` or a process that has died, is found within `REST_S`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from starlette.applications import Starlette

from server.store.engine.database import Database

log = structlog.get_logger("plenary.duties")


REST_S = 5.0
"""The longest that a duty rests. All look at the same moments: one wakes the processor's caches for the others."""


@dataclass(frozen=True)
class Duty:
    """Something done again and again: `work(app)` at most once in `every_s` seconds.

    One that `rests` says when it has something to do again: None when that is not before it is called.
    """

    name: str
    every_s: float
    work: Callable[[Starlette], Awaitable[datetime | None]]
    rests: bool = False


@asynccontextmanager
async def running(app: Starlette, duties: Sequence[Duty]) -> AsyncIterator[None]:
    """Do these duties for as long as the context is open."""
    task = asyncio.create_task(run(app, duties), name="duties")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def run(app: Starlette, duties: Sequence[Duty]) -> None:
    """Do every duty until cancelled."""
    database: Database = app.state.db
    async with asyncio.TaskGroup() as tasks:
        for duty in duties:
            called = asyncio.Event()
            database.after_work.append(called.set)
            tasks.create_task(keep_doing(duty, app, called), name=duty.name)


async def keep_doing(duty: Duty, app: Starlette, called: asyncio.Event) -> None:
    """A duty that fails is noted and done again at its next beat: mail waits while the database is away."""
    while True:
        called.clear()
        due: datetime | None = datetime.now(UTC)
        try:
            due = await duty.work(app)
        except Exception:
            log.exception("duty failed", duty=duty.name)
        await asyncio.sleep(duty.every_s)
        if duty.rests:
            with suppress(TimeoutError):
                async with asyncio.timeout(rest_s(due)):  # `wait_for` loses a cancellation (before Python 3.12)
                    await called.wait()


def rest_s(due: datetime | None) -> float:
    """How long a duty may rest that has something to do again at `due`, seconds."""
    longest = REST_S - time.monotonic() % REST_S
    return longest if due is None else min(longest, max(0.0, (due - datetime.now(UTC)).total_seconds()))
