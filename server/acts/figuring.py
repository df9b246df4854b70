"""The figures and the exports of an event, read and computed by a child process: the event loop is not held up by them.

The child (`python -m server.acts.figuring`) is given its task on standard input. It runs at a lower priority than the
live event.
"""

import asyncio
import json
import os
import sys
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import structlog
from anyio import CapacityLimiter

from server.acts.exporting import telling
from server.analytics.export import files, sheets_of
from server.analytics.passing import lines_of, report_of
from server.analytics.report import Report, report
from server.models import Event
from server.running import child
from server.running.child import ChildFailed
from server.store.engine.availability import Trouble, trouble_of
from server.store.engine.database import Database
from server.store.figures import facts_of
from server.web.errors import Away, NotInTime

WORDS = (sys.executable, "-m", "server.acts.figuring")
"""The command that starts the child."""
NICENESS = 10
"""The child's distance from the priority of the live event."""
ATTEMPTS = 2
"""A child that was killed may have met a shortage that is over, so it is tried once more."""
STOPPED = (
    "The figures were not finished: this machine stopped the work, perhaps for want of memory. Please try again in a "
    "few minutes. If it happens again, tell whoever runs this server: the command line has plenary report and plenary "
    "export."
)
WRITERS = {"csv.zip": files.write_zip, "xlsx": files.write_xlsx, "json": files.write_json}
"""For each ending of an export's address, the function that writes the file."""
log = structlog.get_logger("plenary.figures")


@dataclass(frozen=True)
class Task:
    """The work of one child: compute the report of an event or, with a path, write its export there.

    `database` is the address of the database, `secret` the installation's in hexadecimal digits.
    """

    database: str
    event: str
    ending: str = ""
    path: str = ""
    secret: str = ""


class Reported(NamedTuple):
    """The report of an event, and the titles of its sessions by their slugs."""

    figures: Report
    sessions: dict[str, str]


async def figures(database: Database, event: Event, turns: CapacityLimiter) -> Reported:
    """Every figure, computed now, when it is this one's turn. Raises Away and NotInTime."""
    said = await _done(Task(database.url, str(event.id)), turns)
    sessions, *lines = said.splitlines()
    return Reported(report_of(lines), json.loads(sessions))


async def export(
    database: Database, event: Event, secret: bytes, ending: str, path: Path, turns: CapacityLimiter
) -> None:
    """Write the whole export into a file, under pseudonyms. Raises Away and NotInTime."""
    await _done(Task(database.url, str(event.id), ending, str(path), secret.hex()), turns)


async def _done(task: Task, turns: CapacityLimiter) -> str:
    """The lines that the child prints about its task. One child at a time works for everybody."""
    given = json.dumps(asdict(task)).encode()
    async with turns:
        for _ in range(ATTEMPTS):
            try:
                return await child.run(WORDS, given=given)
            except ChildFailed as error:
                reason = str(error)
                if reason in tuple(Trouble):
                    raise Away(trouble=Trouble(reason)) from error
                if reason:
                    raise
                log.warning("the child that computes figures was killed", event_id=task.event)
    raise NotInTime(STOPPED)


async def work(task: Task) -> None:
    """In the child: do the task, and print the report."""
    database = Database(task.database)
    try:
        async with database.reading(is_long=True) as db:
            event = await db.get_one(Event, uuid.UUID(task.event))
            if not task.path:
                facts = await facts_of(db, event)
            else:
                told = await telling(db, event, bytes.fromhex(task.secret))
    finally:
        await database.close()
    if task.path:
        WRITERS[task.ending](sheets_of(told), Path(task.path), lambda name: None)
        return
    sessions = json.dumps({session.slug: session.title for session in facts.sessions})
    sys.stdout.writelines(f"{line}\n" for line in (sessions, *lines_of(report(facts))))


def main() -> None:
    """Do the task that standard input states. The last words tell of trouble with the database or the disk."""
    os.nice(NICENESS)
    try:
        asyncio.run(work(Task(**json.load(sys.stdin))))
    except Exception as error:
        if trouble := trouble_of(error):
            sys.exit(trouble.value)
        raise


if __name__ == "__main__":
    main()
