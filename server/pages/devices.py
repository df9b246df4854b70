"""The browsers in which a person is signed in: seen, and ended."""

import uuid
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.store import credentials
from server.trust import sign_in
from server.web.browsers import browser_name
from server.web.entrance import signed_in
from server.web.errors import NotFound
from server.web.security_log import acting
from server.web.templating import redirect, render


async def index(request: Request) -> Response:
    """All of them, this one first."""
    person, here = signed_in(request)
    async with request.app.state.db.reading() as db:
        rows = await credentials.open_sign_ins(db, person.id)
    rows = sorted(rows, key=lambda row: row.id != here.id)
    return render(request, "devices/index.html", sign_ins=rows, here=here.id, browser_name=browser_name)


async def destroy(request: Request) -> Response:
    """Sign one of them out. Raises NotFound for anybody else's."""
    person, here = signed_in(request)
    ended: uuid.UUID = request.path_params["device"]
    async with acting(request) as db:
        if not await credentials.end_sign_in(db, person.id, ended, datetime.now(UTC)):
            raise NotFound("That browser is signed out already.")
    if ended != here.id:
        return redirect(request, "devices", notice="device-ended")
    response = redirect(request, "home", notice="signed-out")
    sign_in.clear_cookie(response, request.app.state.settings)
    return response


async def destroy_others(request: Request) -> Response:
    """Sign out all but this one."""
    person, here = signed_in(request)
    async with acting(request) as db:
        await credentials.end_other_sign_ins(db, person.id, here.id, datetime.now(UTC))
    return redirect(request, "devices", notice="devices-ended")
