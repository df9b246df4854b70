"""`plenary export`: an event's rows and figures as files, under pseudonyms unless names are asked for."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from server import exporting
from server.analytics.export import files, sheets_of
from server.analytics.export.telling import Telling
from server.commands import UsersError
from server.commands.event import the_event
from server.commands.migrate import upgrade
from server.secret import load_secret
from server.settings import Settings
from server.store.database import Database


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("event", metavar="EVENT", help="the event's slug, as in its address")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the folder to write into")
    parser.add_argument("--format", choices=("csv", "xlsx", "json"), default="csv", help="default: %(default)s")
    parser.add_argument(
        "--identified",
        action="store_true",
        help="with names, addresses and access needs; what people answered stays under pseudonyms",
    )


def run(arguments: Namespace, settings: Settings) -> int:
    upgrade(settings)
    told = asyncio.run(_tell(arguments.event, settings, identified=arguments.identified))
    try:
        made = files.write(sheets_of(told), arguments.to, arguments.format, told.records.slug, _progress)
    except OSError as error:
        raise UsersError(f"cannot write into {arguments.to}: {error.strerror or error}") from error
    for path in made:
        print(path)
    return 0


async def _tell(slug: str, settings: Settings, *, identified: bool) -> Telling:
    """All that is told of the event. Raises UsersError for a slug that no event has."""
    database = Database(settings.database)
    try:
        async with database.reading() as db:
            event = await the_event(db, slug)
            return await exporting.telling(db, event, load_secret(settings), identified=identified)
    finally:
        await database.close()


def _progress(name: str) -> None:
    sys.stderr.write(f"writing {name}\n")
