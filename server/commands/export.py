"""`plenary export`: an event's rows and figures as files, under pseudonyms unless names are asked for."""

import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

from server.acts.exporting import telling
from server.analytics.export import files, sheets_of
from server.commands import UsersError
from server.commands.asking import ask
from server.settings import Settings
from server.trust.secret import load_secret


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("event", metavar="EVENT", help="the event's slug, as in its address")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the folder to write into")
    parser.add_argument("--format", choices=("csv", "xlsx", "json"), default="csv", help="default: %(default)s")
    parser.add_argument(
        "--identified",
        action="store_true",
        help="include names, addresses and access needs; survey answers stay under pseudonyms",
    )


def run(arguments: Namespace, settings: Settings) -> int:
    secret = load_secret(settings)
    told = ask(settings, arguments.event, partial(telling, secret=secret, identified=arguments.identified))
    try:
        made = files.write(sheets_of(told), arguments.to, arguments.format, told.records.slug, _progress)
    except OSError as error:
        raise UsersError(f"cannot write into {arguments.to}: {error.strerror or error}") from error
    for path in made:
        print(path)
    return 0


def _progress(name: str) -> None:
    sys.stderr.write(f"writing {name}\n")
