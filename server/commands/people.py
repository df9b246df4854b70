"""`plenary people import`: register people from a CSV file, once the whole file is in order."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from server.acts import registering
from server.acts.importing import COLUMNS, ListUnreadable, Wrong, read_people
from server.acts.registering import Fate
from server.acts.registration_form import RegistrationForm
from server.commands import UsersError
from server.commands.migrate import upgrade
from server.models import Event
from server.settings import Settings
from server.store import events
from server.store.engine.database import Database

MOST_SHOWN = 20
"""The most wrong lines that are printed; the rest are counted."""
AT_ONCE = 10
"""The number of people whom one transaction registers: it holds up other writers for less than a tenth of a second."""
TELL_EVERY = 500
"""The number of people after which the command tells how far it is."""


def add_arguments(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    purpose = (
        "Register everybody in a CSV file and mail each a join link. A file with a wrong line registers nobody. A "
        "command that was stopped on its way can be given again: who is registered already stays as they are."
    )
    importing = verbs.add_parser("import", help="register people from a CSV file", description=purpose)
    importing.add_argument("event", metavar="EVENT", help="the event's slug, as in its address")
    importing.add_argument("file", metavar="FILE", type=Path, help=f"UTF-8, with the columns {', '.join(COLUMNS)}")
    importing.add_argument("--dry-run", action="store_true", help="check the file and change nothing")


def run(arguments: Namespace, settings: Settings) -> int:
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        raise UsersError(f"cannot read {arguments.file}: {error.strerror}.") from error
    upgrade(settings)
    print(asyncio.run(import_people(arguments.event, content, settings, dry_run=arguments.dry_run)))
    return 0


async def import_people(slug: str, content: bytes, settings: Settings, *, dry_run: bool) -> str:
    """Import a list and return the sentence to print. Raises UsersError when anything in the list is wrong."""
    database = Database(settings.database)
    try:
        async with database.reading() as db:
            event = await events.with_slug(db, slug)
        if event is None:
            raise UsersError(f"there is no event {slug}. plenary event list shows them all.")
        if event.state != "open":
            raise UsersError(f"{slug} is {event.state}, and the links in the mail would lead nowhere. Open it first.")
        listed = checked(content, event)
        if dry_run:
            return f"The file is in order: {len(listed)} people. Nothing was changed."
        return await register_all(database, event, listed, settings.base_url)
    finally:
        await database.close()


def checked(content: bytes, event: Event) -> list[RegistrationForm]:
    """The people in the list. When lines are wrong, prints them and raises UsersError."""
    try:
        listed, wrong = read_people(content, event)
    except ListUnreadable as error:
        raise UsersError(str(error)) from error
    if wrong:
        report(wrong)
        raise UsersError("nobody was registered. Mend the lines named above and import the file again.")
    if not listed:
        raise UsersError("the file names nobody.")
    return listed


def report(wrong: list[Wrong]) -> None:
    for each in wrong[:MOST_SHOWN]:
        print(each, file=sys.stderr)
    if len(wrong) > MOST_SHOWN:
        print(f"and {len(wrong) - MOST_SHOWN} more", file=sys.stderr)


async def register_all(database: Database, event: Event, listed: list[RegistrationForm], base_url: str) -> str:
    """Register a list of people, a few in each transaction, and return the sentence to print.

    Between two transactions the writer is left to others for as long as the last one took: reactions and forms do not
    wait for the list. Raises UsersError when the event is not open any more; those before stay registered.
    """
    now, fates = datetime.now(UTC), Counter[Fate]()
    for begin in range(0, len(listed), AT_ONCE):
        started_s = monotonic()
        async with database.writing() as db:
            here = await events.with_slug(db, event.slug)
            if here is None or here.id != event.id or here.state != "open":
                raise UsersError(f"{event.slug} is not open any more. {sentence(fates)} The rest were not.")
            for form in listed[begin : begin + AT_ONCE]:
                fates[await registering.enrol(db, here, form, base_url, now)] += 1
        took_s = monotonic() - started_s
        if fates.total() % TELL_EVERY == 0:
            print(f"{fates.total()} of {len(listed)} people", file=sys.stderr, flush=True)
        await asyncio.sleep(took_s)
    return sentence(fates)


def sentence(fates: Counter[Fate]) -> str:
    """The number of people of each fate, in words."""
    parts = [f"Registered {fates['placed']} people."]
    if fates["waiting"]:
        parts.append(f"{fates['waiting']} wait for a place.")
    if fates["known"]:
        parts.append(f"{fates['known']} were registered already and stay as they are.")
    if fates["placed"] or fates["waiting"]:
        parts.append("Their mail is in the outbox.")
    return " ".join(parts)
