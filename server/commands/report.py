"""`plenary report`: every figure of an event, computed anew, as text for people or JSON for programs."""

import asyncio
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from server.analytics import reading
from server.analytics.figures import Figure
from server.analytics.report import Report, report
from server.commands.event import the_event
from server.commands.migrate import upgrade
from server.models import Event
from server.settings import Settings
from server.store.database import Database
from server.store.figures import facts_of

LABEL_WIDTH = 34


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("event", metavar="EVENT", help="the event's slug, as in its address")
    parser.add_argument(
        "--json",
        action="store_true",
        help="every figure under its name as {value, numerator, denominator, withheld, definition}",
    )


def run(arguments: Namespace, settings: Settings) -> int:
    upgrade(settings)
    event, figures = asyncio.run(_compute(arguments.event, settings))
    if arguments.json:
        print(json.dumps({name: figure.as_json() for name, figure in figures.items()}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(lines(event.title, figures)))
    return 0


async def _compute(slug: str, settings: Settings) -> tuple[Event, Report]:
    """The event and its figures. Raises UsersError for a slug that no event has."""
    database = Database(settings.database)
    try:
        async with database.reading() as db:
            event = await the_event(db, slug)
            return event, report(await facts_of(db, event))
    finally:
        await database.close()


def lines(title: str, figures: Report) -> Iterator[str]:
    """The report as text: a line a figure under its section, a line a cell under its figure."""
    yield title
    for section, defined in reading.sections(figures):
        yield from ("", section, "-" * len(section))
        for figure in defined:
            yield from _lines_of(figure)


def _lines_of(figure: Figure) -> Iterator[str]:
    yield _line(figure.definition.title, reading.value_of(figure), reading.behind(figure), reading.uncertainty(figure))
    for cell in figure.cells:
        yield _line(f"  {cell.label}", reading.cell_value(cell, figure))
    for text in figure.value if isinstance(figure.value, tuple) else ():
        if isinstance(text, str):
            yield f"  “{' '.join(text.split())}”"


def _line(label: str, value: str, *remarks: str) -> str:
    said = ", ".join(remark for remark in remarks if remark)
    return f"{label:<{LABEL_WIDTH}} {value:>12}{'   ' + said if said else ''}"
