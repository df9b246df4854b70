"""Who registered, as the organiser sees them: by day and source against the target, and one by one."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from server.analytics import registrations as figures
from server.analytics.facts import Facts, RegistrationFact
from server.models import Event, Registration
from server.store import people_list
from server.web.entrance import entering
from server.web.paging import page_of, pages
from server.web.templating import render

STATES = ("confirmed", "waitlisted", "pending", "cancelled")
LONGEST_WORD = 100


async def index(request: Request) -> Response:
    """The figures and one page of the list; `?q=` finds a word, `?state=` shows one state."""
    word = request.query_params.get("q", "").strip()[:LONGEST_WORD].replace("\x00", "")
    state = request.query_params.get("state", "")
    state = state if state in STATES else ""
    async with entering(request, "people.read") as (db, event):
        rows, total = await people_list.listed(db, event.id, word=word, state=state, page=page_of(request))
        counts = await people_list.by_state(db, event.id)
        confirmed = await people_list.confirmed(db, event.id)
    return render(
        request,
        "console/registrations/index.html",
        rows=rows,
        total=total,
        word=word,
        state=state,
        counts={name: counts.get(name, 0) for name in STATES},
        by_day=rows_of(event, confirmed, "registrations_by_day"),
        by_source=rows_of(event, confirmed, "registrations_by_source"),
        pages=pages(total, people_list.PAGE, page_of(request)),
    )


def rows_of(event: Event, confirmed: Sequence[Registration], name: str) -> list[tuple[str, float | None]]:
    """A breakdown of the report as rows to draw; a withheld one is None."""
    found = next(figure for figure in figures.figures(facts_of(event, confirmed)) if figure.name == name)
    return [(cell.label, cell.value) for cell in found.cells]


def facts_of(event: Event, confirmed: Sequence[Registration]) -> Facts:
    """What the figures of the report need to know, so that both say the same."""
    rows = [
        RegistrationFact(row.person_id, row.state, row.created_at, row.source, row.sector, row.place)
        for row in confirmed
    ]
    return Facts(zone=ZoneInfo(event.zone), target=event.target, registrations=rows)
