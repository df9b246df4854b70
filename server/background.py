"""What runs beside the pages for as long as the application does: one list, one owner.

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

from server import timekeeper
from server.mail import worker as mail
from server.media import caption_drafts, conductor, downloads, object_store, packaging, recording_checks
from server.store.database import Database

log = structlog.get_logger("plenary.background")


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


DUTIES: tuple[Duty, ...] = (
    Duty("media line", conductor.EVERY_S, conductor.listen),
    Duty("conductor", conductor.PAUSE_S, conductor.direct),
    Duty("films", packaging.EVERY_S, packaging.package_due, rests=True),
    Duty("downloads", downloads.EVERY_S, downloads.make_due, rests=True),
    Duty("caption drafts", caption_drafts.EVERY_S, caption_drafts.draft_due, rests=True),
    Duty("mail", mail.EVERY_S, mail.deliver_due, rests=True),
    Duty("object store", object_store.EVERY_S, object_store.copy_new, rests=True),
    Duty("recording checks", recording_checks.EVERY_S, recording_checks.check_due, rests=True),
    Duty("timekeeper", timekeeper.EVERY_S, timekeeper.keep_time, rests=True),
)
"""Every duty of the application. The database decides who does a thing when several processes run."""


@asynccontextmanager
async def running(app: Starlette, more: Sequence[Duty] = ()) -> AsyncIterator[None]:
    """Do every duty, and `more`, for as long as the context is open."""
    duties = asyncio.create_task(run(app, (*DUTIES, *more)), name="background")
    try:
        yield
    finally:
        duties.cancel()
        with suppress(asyncio.CancelledError):
            await duties


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
