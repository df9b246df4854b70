"""The export of an event: its sheets of plain values, and the files that hold them."""

from server.analytics.export import answers, numbers, people, programme, reactions
from server.analytics.export.sheets import Sheet
from server.analytics.export.telling import Telling

SECTIONS = (numbers.sheets, programme.sheets, people.sheets, reactions.sheets, answers.sheets)


def sheets_of(told: Telling) -> list[Sheet]:
    """Every sheet of the event, always in the same order; with identifying columns only when names were asked for."""
    sheets = (sheet for section in SECTIONS for sheet in section(told))
    return [sheet if told.identified else sheet.without_names() for sheet in sheets]
