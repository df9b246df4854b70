"""`plenary report`: every figure of an event, computed anew, as text for people or JSON for programs."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from sqlmodel.ext.asyncio.session import AsyncSession

from server.analytics import reading
from server.analytics.figures import Figure
from server.analytics.report import Report, report
from server.commands.asking import ask
from server.models import Event
from server.settings import Settings
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
    title, figures = ask(settings, arguments.event, _compute)
    if arguments.json:
        print(json.dumps({name: figure.as_json() for name, figure in figures.items()}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(lines(title, figures)))
    return 0


async def _compute(db: AsyncSession, event: Event) -> tuple[str, Report]:
    return event.title, report(await facts_of(db, event))


def lines(title: str, figures: Report) -> Iterator[str]:
    """The report as text: under each section a line for each figure, and under each figure a line for each cell."""
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
