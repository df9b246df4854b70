"""Where delegates arrive: what is on now, what comes next, their own day."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.entrance import event_of, require
from server.store import agenda, tables
from server.templating import render


async def show(request: Request) -> Response:
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        person = require(request, "event.attend").person
        assert person is not None
        items = await agenda.agenda(db, event, now)
        mine = await agenda.bookmarks_of(db, event.id, person.id)
        lounge = await tables.lounge(db, event.id)
    today = agenda.local_date(now, event.zone)
    return render(
        request,
        "lobby/show.html",
        programme=agenda.programme(items),
        drawn=agenda.drawn_from(items),
        today=agenda.by_day(items, event.zone).get(today, []),
        mine=mine,
        tables=[table for table in lounge if table.table.state == "open"],
    )
