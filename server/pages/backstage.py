"""Backstage: the page on which those who speak, interpret or chair meet, before and while they are on air."""

import time

from starlette.requests import Request
from starlette.responses import Response

from rooms.control import SLOTS
from server.rules.stream_keys import ice_servers
from server.store import stages
from server.web.entrance import entering, person_who
from server.web.errors import NotFound
from server.web.templating import render


async def show(request: Request) -> Response:
    """The visitor's own picture and sound, and the others'. Raises NotFound for another event's stage."""
    async with entering(request) as (db, event):
        person = person_who(request, "backstage.join", stage_id=request.path_params["stage"])
        found = await stages.stage_at(db, request.path_params["stage"])
        if found is None or found[1].id != event.id:
            raise NotFound("There is no such stage (any more).")
        stage = found[0]
        session = await stages.session_on(db, stage.id) or await stages.session_after(db, stage.id)
    settings = request.app.state.settings
    ice = ice_servers(settings.turn_urls, settings.turn_secret, person.id.hex, time.time())
    return render(
        request,
        "backstage/show.html",
        stage=stage,
        session=session,
        slots=SLOTS,
        whip=str(request.app.url_path_for("whip", stage=stage.id)),
        whep=str(request.app.url_path_for("whep", stage=stage.id)),
        ice=ice,
    )
