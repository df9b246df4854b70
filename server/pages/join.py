"""Coming in: the landing page of a join link, and asking for a fresh one."""

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.acts.registration_form import Address
from server.mail.outbox import queue
from server.models import Event, JoinLink, Person
from server.rules.permissions import allows
from server.store import credentials, join_links, people
from server.store.join_links import LinkEnded, LinkExpired, LinkForwarded, LinkRefused, LinkUnknown
from server.trust import sign_in
from server.trust.sign_in import Viewer
from server.web.addresses import path_inside
from server.web.entrance import event_of, registration_at
from server.web.forms import Form, FormState, read_form
from server.web.templating import redirect, render


class AddressForm(Form):
    """Where to send a fresh link."""

    email: Address
    then: str = ""


async def show(request: Request) -> Response:
    """One button, which only a person presses: programs that look into mail open addresses, but send no forms."""
    viewer: Viewer = request.state.viewer
    try:
        async with request.app.state.db.reading() as db:
            link, person, event = await join_links.find(db, token_of(request), datetime.now(UTC))
            address = await landing(db, link, event, viewer)
    except LinkRefused as refused:
        return await refuse(request, refused)
    if is_in_already(viewer, link):
        return RedirectResponse(address, 303)
    request.state.event = event
    other = viewer.person.name if viewer.person and viewer.person.id != person.id else None
    return render(request, "join/show.html", name=person.name, other=other)


async def create(request: Request) -> Response:
    """Sign this browser in, in place of whoever was signed in here."""
    await request.app.state.limits.spend(request, "join")
    viewer: Viewer = request.state.viewer
    token = ""
    try:
        async with request.app.state.db.writing() as db:
            link, person, event = await join_links.find(db, token_of(request), datetime.now(UTC))
            if not is_in_already(viewer, link):
                token = await join_links.use(db, link, person, request.headers.get("user-agent", ""))
                if viewer.sign_in:
                    await credentials.end_sign_in(db, viewer.sign_in.person_id, viewer.sign_in.id, datetime.now(UTC))
                viewer = await sign_in.viewer_with(db, token)
            address = await landing(db, link, event, viewer)
    except LinkForwarded as forwarded:
        return await replace(request, forwarded)
    except LinkRefused as refused:
        return await refuse(request, refused)
    response = RedirectResponse(address, 303)
    if token:
        sign_in.set_cookie(response, request.app.state.settings, token)
    return response


async def replace(request: Request, forwarded: LinkForwarded) -> Response:
    """End a link that went through too many hands and mail its owner a fresh one. A link of the shell is not mailed."""
    link, now = forwarded.link, datetime.now(UTC)
    async with request.app.state.db.writing() as db:
        person, event = await db.get_one(Person, link.person_id), await db.get(Event, link.event_id)
        is_mailed = event is not None and not link.strong
        if event is not None and not link.strong and await join_links.end(db, link.id, now):
            context = {"base_url": request.app.state.settings.base_url}
            key = f"forwarded-link:{link.id}"
            await queue(db, event, person, "forwarded-link", key, context, lands_on=link.lands_on)
    request.state.event = event
    return render(request, "join/forwarded.html", status_code=403, is_mailed=is_mailed, browsers=join_links.BROWSERS)


async def refuse(request: Request, refused: LinkRefused) -> Response:
    """Say what became of the link, and how to come in nevertheless."""
    if refused.link is not None:
        async with request.app.state.db.reading() as db:
            request.state.event = await db.get(Event, refused.link.event_id) if refused.link.event_id else None
    reason = REASONS[type(refused)]
    return render(request, "join/refused.html", status_code=404 if reason == "unknown" else 410, reason=reason)


REASONS: dict[type[LinkRefused], str] = {LinkUnknown: "unknown", LinkExpired: "expired", LinkEnded: "ended"}


async def landing(db: AsyncSession, link: JoinLink, event: Event | None, viewer: Viewer) -> str:
    """Where a link leads: where it says, else where the person's role belongs."""
    if link.lands_on:
        return link.lands_on
    if event is None:
        return "/"
    if allows(viewer.grants, "console.open", event_id=event.id):
        return f"/{event.slug}/console"
    if allows(viewer.grants, "speaker.open", event_id=event.id):
        return f"/{event.slug}/speaker"
    registration = await registration_at(db, event.id, link.person_id)
    if registration is None or registration.state == "cancelled":
        return f"/{event.slug}"
    return f"/{event.slug}/{'lobby' if registration.state == 'confirmed' else 'registration'}"


def is_in_already(viewer: Viewer, link: JoinLink) -> bool:
    """Whether this browser has what the link would give it."""
    if viewer.person is None or viewer.sign_in is None or viewer.person.id != link.person_id:
        return False
    return viewer.sign_in.strong or not link.strong


def token_of(request: Request) -> str:
    return str(request.path_params["token"])


async def ask(request: Request) -> Response:
    """The form to ask for a fresh link."""
    async with request.app.state.db.reading() as db:
        await event_of(request, db)
    then = request.query_params.get("then", "")
    return render(request, "join/ask.html", form=FormState({"then": then}))


async def send(request: Request) -> Response:
    """Mail a fresh link to whoever belongs to the event; the answer is the same for everybody."""
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
    await request.app.state.limits.spend(request, "join-link")
    form = await read_form(request, AddressForm)
    if form.input is None:
        return render(request, "join/ask.html", status_code=422, form=form)
    if await request.app.state.limits.may_mail(form.input.email):
        async with request.app.state.db.writing() as db:
            person = await people.with_address(db, form.input.email)
            if person is not None and await people.belongs_to(db, person.id, event.id):
                now, context = datetime.now(UTC), {"base_url": request.app.state.settings.base_url}
                key = f"fresh-link:{event.id}:{person.id}:{now:%Y%m%d%H%M}"
                lands_on = path_inside(event, form.input.then)
                await queue(db, event, person, "fresh-link", key, context, lands_on=lands_on)
    return redirect(request, "join_link", event=event.slug, notice="link-sent")
