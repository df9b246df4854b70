"""The lounge: every table with its seats, as round tops or in words."""

from starlette.requests import Request
from starlette.responses import Response

from server.store import name_tags, seating, tables, waiting
from server.web.entrance import entering, person_who
from server.web.templating import render


async def index(request: Request) -> Response:
    """All tables; `?view=list` says the same in words."""
    async with entering(request) as (db, event):
        person = person_who(request, "event.attend")
        found = await tables.lounge(db, event.id)
        mine = await seating.seat_of(db, event.id, person.id)
        suggests_name = await name_tags.suggested(db, event.id, person.id)
        queued = await waiting.entries_of(db, event.id, person.id)
    return render(
        request,
        "lounge/index.html",
        tables=[table for table in found if table.table.state == "open" or table.is_hosted_by(person.id)],
        person_id=person.id,
        my_table=mine.table_id if mine else None,
        suggests_name=suggests_name,
        queued={entry.table_id: entry for entry in queued},
        view="list" if request.query_params.get("view") == "list" else "tables",
    )
