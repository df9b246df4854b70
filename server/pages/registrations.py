"""Who registered, as the organiser sees them: by day and source against the target, and one by one."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from server.analytics import registrations as figures
from server.analytics.facts import Facts, RegistrationFact
from server.entrance import event_of, require
from server.models import Event, Registration
from server.paging import page_of, pages
from server.store import people_list
from server.templating import render

STATES = ("confirmed", "waitlisted", "pending", "cancelled")
LONGEST_WORD = 100


async def index(request: Request) -> Response:
    """The figures and one page of the list; `?q=` finds a word, `?state=` shows one state."""
    word = request.query_params.get("q", "").strip()[:LONGEST_WORD].replace("\x00", "")
    state = request.query_params.get("state", "")
    state = state if state in STATES else ""
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        require(request, "people.read")
        rows, total = await people_list.listed(db, event.id, word=word, state=state, page=page_of(request))
        counts = await people_list.by_state(db, event.id)
        confirmed = await people_list.confirmed(db, event.id)
    return render(
        request,
        "registrations/index.html",
        rows=rows,
        total=total,
        word=word,
        state=state,
        counts={name: counts.get(name, 0) for name in STATES},
        figures={figure.name: figure for figure in figures.figures(facts_of(event, confirmed))},
        pages=pages(total, people_list.PAGE, page_of(request)),
    )


def facts_of(event: Event, confirmed: Sequence[Registration]) -> Facts:
    """What the figures of the report need to know, so that both say the same."""
    rows = [
        RegistrationFact(row.person_id, row.state, row.created_at, row.source, row.sector, row.place)
        for row in confirmed
    ]
    return Facts(zone=ZoneInfo(event.zone), target=event.target, registrations=rows)
