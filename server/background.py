"""What runs beside the pages for as long as the application does: one list, one owner."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog
from starlette.applications import Starlette

from server import timekeeper
from server.mail import worker as mail
from server.media import caption_drafts, conductor, downloads, object_store, packaging, recording_checks

log = structlog.get_logger("plenary.background")


@dataclass(frozen=True)
class Duty:
    """Something done again and again: `work(app)` once in every `every_s` seconds."""

    name: str
    every_s: float
    work: Callable[[Starlette], Awaitable[None]]


DUTIES: tuple[Duty, ...] = (
    Duty("media line", conductor.EVERY_S, conductor.listen),
    Duty("conductor", conductor.PAUSE_S, conductor.direct),
    Duty("films", packaging.EVERY_S, packaging.package_due),
    Duty("downloads", downloads.EVERY_S, downloads.make_due),
    Duty("caption drafts", caption_drafts.EVERY_S, caption_drafts.draft_due),
    Duty("mail", mail.EVERY_S, mail.deliver_due),
    Duty("object store", object_store.EVERY_S, object_store.copy_new),
    Duty("recording checks", recording_checks.EVERY_S, recording_checks.check_due),
    Duty("timekeeper", timekeeper.EVERY_S, timekeeper.keep_time),
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
    async with asyncio.TaskGroup() as tasks:
        for duty in duties:
            tasks.create_task(keep_doing(duty, app), name=duty.name)


async def keep_doing(duty: Duty, app: Starlette) -> None:
    """A duty that fails is noted and done again at its next beat: mail waits while the database is away."""
    while True:
        try:
            await duty.work(app)
        except Exception:
            log.exception("duty failed", duty=duty.name)
        await asyncio.sleep(duty.every_s)
