"""The viewer's own data: to see, to take along, and to have erased."""

import json
from datetime import UTC, datetime
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from server.acts import erasing
from server.store import personal_data
from server.store.personal_data import Section
from server.trust import sign_in
from server.web.entrance import entering, signed_in
from server.web.forms import Form, read_form
from server.web.templating import redirect, render

MOST_ROWS = 50
"""Rows of one kind on the page; the download has them all."""


class EraseForm(Form):
    """The answer to the question whether the viewer means it."""

    confirm: Literal["", "yes"] = ""


async def show(request: Request) -> Response:
    """Everything, section by section."""
    sections = [each for each in await sections_of(request) if each.rows]
    return render(request, "my_data/show.html", sections=sections, most=MOST_ROWS)


async def download(request: Request) -> Response:
    """Everything as one JSON file."""
    now, sections = datetime.now(UTC), await sections_of(request)
    kept = {"made_at": now, **{section.title: section.rows for section in sections}}
    headers = {"content-disposition": f'attachment; filename="my-data-{request.state.event.slug}.json"'}
    content = json.dumps(kept, default=str, ensure_ascii=False, indent=2)
    return Response(content, media_type="application/json", headers=headers)


async def sections_of(request: Request) -> list[Section]:
    """Everything that is stored about the viewer. Raises SignInNeeded for a stranger."""
    async with entering(request, is_long=True) as (db, _):
        person, _ = signed_in(request)
        await request.app.state.limits.spend(request, "figures")
        return await personal_data.everything(db, person)


async def erase(request: Request) -> Response:
    """Ask once more; then erase the person and sign them out."""
    form = await read_form(request, EraseForm)
    is_meant = form.input is not None and form.input.confirm == "yes"
    async with entering(request, writing=is_meant, is_long=is_meant) as (db, event):
        person, _ = signed_in(request)
        if is_meant:
            await erasing.erase(db, person.id, datetime.now(UTC))
        else:
            await erasing.must_be_free(db, person.id)
    if not is_meant:
        return render(request, "my_data/erase.html")
    await request.app.state.db.forget()
    response = redirect(request, "event", event=event.slug, notice="erased")
    sign_in.clear_cookie(response, request.app.state.settings)
    return response
