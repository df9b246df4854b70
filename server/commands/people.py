"""`plenary people import`: register people from a CSV file, all of them or none."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from server.acts import registering
from server.acts.importing import COLUMNS, ListUnreadable, Wrong, read_people
from server.acts.registration_form import RegistrationForm
from server.commands import UsersError
from server.commands.migrate import upgrade
from server.models import Event
from server.rules.lifecycles import PLACED
from server.settings import Settings
from server.store import events, registrations
from server.store.engine.database import Database

MOST_SHOWN = 20
"""The most wrong lines that are printed; the rest are counted."""


def add_arguments(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    purpose = "Register everybody in a CSV file and mail each a join link. All are registered, or nobody is."
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
    now = datetime.now(UTC)
    async with database.writing() as db:
        before = await registrations.counts(db, event.id)
        for form in listed:
            await registering.enrol(db, event, form, base_url, now)
        after = await registrations.counts(db, event.id)
    placed = sum(after[state] - before[state] for state in PLACED)
    waiting = after["waitlisted"] - before["waitlisted"]
    known = len(listed) - placed - waiting
    parts = [f"Registered {placed} people."]
    if waiting:
        parts.append(f"{waiting} wait for a place.")
    if known:
        parts.append(f"{known} were registered already and stay as they are.")
    if placed or waiting:
        parts.append("Their mail is in the outbox.")
    return " ".join(parts)
