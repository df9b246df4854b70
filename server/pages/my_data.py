"""What is kept about the viewer: to see, to take along, to have erased."""

import json
from datetime import UTC, datetime
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from server.rules.permissions import CREW
from server.store import erasure, people, personal_data
from server.trust import sign_in
from server.web.entrance import event_of, signed_in
from server.web.errors import Conflict
from server.web.forms import Form, read_form
from server.web.templating import redirect, render

MOST_ROWS = 50
"""Of one kind on the page; the download has them all."""
KEEPS_A_ROLE = "You help to run an event here. Ask an organiser to take your role away first, then come back."


class EraseForm(Form):
    """The word that it is meant."""

    confirm: Literal["", "yes"] = ""


async def show(request: Request) -> Response:
    async with request.app.state.db.reading() as db:
        await event_of(request, db)
        person, _ = signed_in(request)
        sections = await personal_data.everything(db, person)
    return render(request, "my_data/show.html", sections=[each for each in sections if each.rows], most=MOST_ROWS)


async def download(request: Request) -> Response:
    """One JSON file."""
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        person, _ = signed_in(request)
        sections = await personal_data.everything(db, person)
    kept = {"made_at": now, **{section.title: section.rows for section in sections}}
    headers = {"content-disposition": f'attachment; filename="my-data-{event.slug}.json"'}
    content = json.dumps(kept, default=str, ensure_ascii=False, indent=2)
    return Response(content, media_type="application/json", headers=headers)


async def erase(request: Request) -> Response:
    """Ask once more; then erase the person and sign them out."""
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        person, _ = signed_in(request)
        if await people.roles_of(db, person.id) & CREW:
            raise Conflict(KEEPS_A_ROLE)
    form = await read_form(request, EraseForm)
    if form.input is None or form.input.confirm != "yes":
        return render(request, "my_data/erase.html")
    async with request.app.state.db.writing() as db:
        await erasure.erase(db, person.id, datetime.now(UTC))
    response = redirect(request, "event", event=event.slug, notice="erased")
    sign_in.clear_cookie(response, request.app.state.settings)
    return response
