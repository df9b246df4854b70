"""Registrations in the console: by day and source against the target, and one by one."""

from starlette.requests import Request
from starlette.responses import Response

from server.analytics import registrations as analysis
from server.store import people_list
from server.store import registrations as stored
from server.store.figures import registration_facts
from server.web.entrance import entering
from server.web.paging import page_of, pages
from server.web.templating import render

STATES = ("confirmed", "held", "waitlisted", "released", "cancelled")
LONGEST_WORD = 100


async def index(request: Request) -> Response:
    """The figures and one page of the list; `?q=` finds a word, `?state=` shows one state.

    The figures are those of the report, so that both say the same: a source of too few people is withheld.
    """
    word = request.query_params.get("q", "").strip()[:LONGEST_WORD].replace("\x00", "")
    state = request.query_params.get("state", "")
    state = state if state in STATES else ""
    async with entering(request, "people.read") as (db, event):
        rows, total = await people_list.listed(db, event.id, word=word, state=state, page=page_of(request))
        counts = await stored.counts(db, event.id)
        facts = await registration_facts(db, event)
    figures = {figure.name: figure for figure in analysis.figures(facts)}
    return render(
        request,
        "console/registrations/index.html",
        rows=rows,
        total=total,
        word=word,
        state=state,
        counts={name: counts[name] for name in STATES},
        by_day=[(cell.label, cell.value) for cell in figures["registrations_by_day"].cells],
        by_source=[(cell.label, cell.value) for cell in figures["registrations_by_source"].cells],
        pages=pages(total, people_list.PAGE, page_of(request)),
    )
