"""Runs the duties beside the pages for as long as the application runs: one owner for every task.

Most duties rest until a transaction of this process leaves something to do. Work that another process leaves (a
command of `plenary`, or a process that has died) is found within `REST_S`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from starlette.applications import Starlette

from server.running.wall_clock import WallClock
from server.store.engine.database import Database

log = structlog.get_logger("plenary.duties")


REST_S = 5.0
"""The longest rest of a duty. All duties look at the same moments: the first warms the processor's caches."""


@dataclass(frozen=True)
class Duty:
    """Work that is done again and again: `work(app)` at most once in `every_s` seconds.

    The work of a duty that `rests` returns the moment at which it is due again, or None when only a transaction can
    make it due.
    """

    name: str
    every_s: float
    work: Callable[[Starlette], Awaitable[datetime | None]]
    rests: bool = False
    by_clock: bool = False
    """True for work that the wall clock makes due: it waits while that clock is doubted."""


@asynccontextmanager
async def running(app: Starlette, duties: Sequence[Duty]) -> AsyncIterator[None]:
    """Run these duties for as long as the context is open."""
    task = asyncio.create_task(run(app, duties), name="duties")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def run(app: Starlette, duties: Sequence[Duty]) -> None:
    """Run every duty until the caller is cancelled."""
    database: Database = app.state.db
    async with asyncio.TaskGroup() as tasks:
        for duty in duties:
            called = asyncio.Event()
            database.after_work.append(called.set)
            tasks.create_task(keep_doing(duty, app, called), name=duty.name)


async def keep_doing(duty: Duty, app: Starlette, called: asyncio.Event) -> None:
    """Run one duty until the caller is cancelled, again after a failure too: mail waits while the database is away."""
    while True:
        called.clear()
        due_at: datetime | None = datetime.now(UTC)
        try:
            due_at = await turn(duty, app)
        except Exception:
            log.exception("duty failed", duty=duty.name)
        await asyncio.sleep(duty.every_s)
        if duty.rests:
            with suppress(TimeoutError):
                async with asyncio.timeout(rest_s(due_at)):  # `wait_for` loses a cancellation (before Python 3.12)
                    await called.wait()


async def turn(duty: Duty, app: Starlette) -> datetime | None:
    """Do a duty's work, and return when it is due again: at once, undone, while it goes by a clock that is doubted."""
    if duty.by_clock:
        clock: WallClock = app.state.wall_clock
        if clock.is_doubted():
            return clock.now()
    return await duty.work(app)


def rest_s(due_at: datetime | None) -> float:
    """The seconds for which a duty may rest that is due again at `due_at`."""
    longest = REST_S - time.monotonic() % REST_S
    return longest if due_at is None else min(longest, max(0.0, (due_at - datetime.now(UTC)).total_seconds()))
