"""Coming in: the landing page of a join link, and asking for a fresh one."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.acts import joining
from server.acts.registration_form import Address
from server.models import Event
from server.store import join_links
from server.store.join_links import BROWSERS, LinkEnded, LinkExpired, LinkForwarded, LinkRefused, LinkUnknown
from server.store.security_log import NOTHING, Subject
from server.trust import sign_in
from server.trust.sign_in import Viewer
from server.web.addresses import path_inside
from server.web.entrance import entering, event_at
from server.web.forms import Form, FormState, read_form
from server.web.security_log import RefusedAct, acting
from server.web.templating import redirect, render


class AddressForm(Form):
    """The address to which a fresh link goes, and the path that it opens."""

    email: Address
    then: str = ""


async def show(request: Request) -> Response:
    """One button, which only a person presses: programs that look into mail open addresses, but send no forms."""
    viewer: Viewer = request.state.viewer
    try:
        async with request.app.state.db.reading() as db:
            found = await joining.look_at(db, token_of(request), viewer, datetime.now(UTC))
    except LinkRefused as refused:
        return await refuse(request, refused)
    if found.goes_on_to:
        return RedirectResponse(found.goes_on_to, 303)
    request.state.event = found.event
    other = viewer.person.name if viewer.person and viewer.person.id != found.person.id else None
    state = found.registration.state if found.registration else ""
    return render(request, "join/show.html", name=found.person.name, other=other, state=state)


async def create(request: Request) -> Response:
    """Sign this browser in; a sign-in that it had before ends.

    Only links that never were are counted: colleagues with genuine ones may share the address of whoever tries those.
    """
    async with request.app.state.db.reading() as db:
        is_known = await join_links.is_known(db, token_of(request))
    if not is_known:
        await request.app.state.limits.spend(request, "join")
        return await refuse(request, LinkUnknown())
    viewer, browser = request.state.viewer, request.headers.get("user-agent", "")
    try:
        async with acting(request) as db:
            base_url, now = request.app.state.settings.base_url, datetime.now(UTC)
            came_in = await joining.come_in(db, token_of(request), viewer, browser, base_url, now)
    except LinkForwarded as forwarded:
        return await replace(request, forwarded)
    except LinkRefused as refused:
        return await refuse(request, refused)
    response = RedirectResponse(came_in.path, 303)
    if came_in.token:
        sign_in.set_cookie(response, request.app.state.settings, came_in.token)
    return response


async def replace(request: Request, forwarded: LinkForwarded) -> Response:
    """Say that the link went through too many hands, and that a fresh one is on its way, if it may go by mail."""
    request.state.refused = RefusedAct("link.use", Subject("person", forwarded.link.person_id))
    async with acting(request) as db:
        base_url, now = request.app.state.settings.base_url, datetime.now(UTC)
        request.state.event, is_mailed = await joining.replace(db, forwarded.link, base_url, now)
    return render(request, "join/forwarded.html", status_code=403, is_mailed=is_mailed, browsers=BROWSERS)


async def refuse(request: Request, refused: LinkRefused) -> Response:
    """Say what became of the link, and how to come in nevertheless."""
    about = Subject("person", refused.link.person_id) if refused.link else NOTHING
    request.state.refused = RefusedAct("link.use", about) if request.method == "POST" else None
    if refused.link is not None:
        async with request.app.state.db.reading() as db:
            request.state.event = await db.get(Event, refused.link.event_id) if refused.link.event_id else None
    reason = REASONS[type(refused)]
    return render(request, "join/refused.html", status_code=404 if reason == "unknown" else 410, reason=reason)


REASONS: dict[type[LinkRefused], str] = {LinkUnknown: "unknown", LinkExpired: "expired", LinkEnded: "ended"}


def token_of(request: Request) -> str:
    return str(request.path_params["token"])


async def ask(request: Request) -> Response:
    """The form to ask for a fresh link."""
    await event_at(request)
    then = request.query_params.get("then", "")
    return render(request, "join/ask.html", form=FormState({"then": then}))


async def send(request: Request) -> Response:
    """Mail a fresh link to an address of the event; the answer does not tell whether the address is known."""
    event = await event_at(request)
    await request.app.state.limits.spend(request, "join-link")
    form = await read_form(request, AddressForm)
    if form.input is None:
        return render(request, "join/ask.html", status_code=422, form=form)
    email, then = form.input.email, path_inside(event, form.input.then)
    base_url = request.app.state.settings.base_url
    async with entering(request, writing=True) as (db, _):
        await joining.send_fresh(db, event, email, base_url, datetime.now(UTC), lands_on=then)
    return redirect(request, "join_link", event=event.slug, notice="link-sent")
