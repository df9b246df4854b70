"""Registration for an event: the form, the viewer's own registration, changing it and giving the place back."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.acts import holding, registering
from server.acts.registering import AskedAgain
from server.acts.registration_form import SOURCES, TICKS, DetailsForm, RegistrationForm
from server.models import Registration
from server.rules.openness import takes_registrations
from server.rules.standing import standing, terms
from server.store import registrations
from server.store.registrations import RegistrationOffer
from server.trust.sign_in import Viewer
from server.web.addresses import path_inside
from server.web.entrance import entering, event_at, signed_in
from server.web.errors import Conflict
from server.web.forms import FormState, read_form, sent_values
from server.web.templating import redirect, render

CLOSED = "Registration for this event is closed."


async def new(request: Request) -> Response:
    """The form; a viewer who is registered sees their registration."""
    event, now = await event_at(request), datetime.now(UTC)
    viewer: Viewer = request.state.viewer
    if found := standing_registration(request):
        return await show(request, found, FormState(values_of(found, viewer)))
    known = {"name": viewer.person.name, "email": viewer.person.email} if viewer.person else {}
    source = request.query_params.get("via", "")[:60]
    then = path_inside(event, request.query_params.get("then", ""))
    form = FormState[RegistrationForm]({**known, "source": source, "then": then})
    async with entering(request) as (db, _):
        offer = await registrations.offer(db, event, now)
    return ask(request, form, offer, is_open=takes_registrations(event, now))


def ask(
    request: Request,
    form: FormState[RegistrationForm],
    offer: RegistrationOffer,
    *,
    is_open: bool = True,
    status_code: int = 200,
) -> Response:
    """The form as it stands, for a visitor who is not registered."""
    context = {**offer._asdict(), "is_open": is_open, "sources": SOURCES}
    return render(request, "registration/new.html", status_code=status_code, form=form, **context)


async def create(request: Request) -> Response:
    """Register; the answer does not tell whether an address is known."""
    await request.app.state.limits.spend(request, "register")
    sent, now = await sent_values(request, RegistrationForm), datetime.now(UTC)
    async with entering(request, writing=True) as (db, event):
        if not takes_registrations(event, now):
            raise Conflict(CLOSED)
        base_url, who = request.app.state.settings.base_url, request.state.viewer.person
        outcome = await registering.register(db, event, sent, base_url, now, signed_in=who)
    if isinstance(outcome, AskedAgain):
        return ask(request, outcome.form, outcome.offer, status_code=422)
    if request.state.viewer.person and request.state.viewer.person.id == outcome.id:
        return redirect(request, "registration", event=event.slug, notice="registered")
    return redirect(request, "registration_done", event=event.slug)


async def update(request: Request) -> Response:
    """Change the details of the viewer's registration."""
    event = await event_at(request)
    registration = own_registration(request)
    form = await read_form(request, DetailsForm, event)
    if form.input is None:
        return await show(request, registration, form, status_code=422)
    async with entering(request, writing=True) as (db, _):
        now = datetime.now(UTC)
        if not takes_registrations(event, now):
            raise Conflict(CLOSED)
        await registering.change(db, registration, form.input, now)
    return redirect(request, "registration", event=event.slug, notice="saved")


async def show(
    request: Request, registration: Registration, form: FormState[Any], *, status_code: int = 200
) -> Response:
    """A registration with its standing and its form; on the waiting list also the place in the queue."""
    queue = 0
    if registration.state == "waitlisted":
        async with entering(request) as (db, _):
            queue = await registrations.place_in_queue(db, registration)
    told: dict[str, Any] = {"standing": standing(registration, request.state.event), "queue": queue}
    return render(request, "registration/show.html", status_code=status_code, form=form, **told)


async def done(request: Request) -> Response:
    """The page after registering, which sends the visitor to their mail."""
    event = await event_at(request)
    keeps_mail = not request.app.state.settings.mail_server
    return render(request, "registration/done.html", keeps_mail=keeps_mail, terms=terms(event))


async def claim(request: Request) -> Response:
    """Confirm the place that is held for the viewer, or ask for another one after it was released."""
    async with entering(request, writing=True) as (db, event):
        person, _ = signed_in(request)
        own_registration(request)
        await holding.claim(db, event, person, request.app.state.settings.base_url, datetime.now(UTC))
    return redirect(request, "registration", event=event.slug)


async def cancel(request: Request) -> Response:
    """Give the place back; the person who has waited longest gets it."""
    async with entering(request, writing=True) as (db, event):
        person, _ = signed_in(request)
        registration = own_registration(request)
        base_url = request.app.state.settings.base_url
        await registering.give_back(db, event, registration, person, base_url, datetime.now(UTC))
    return redirect(request, "event", event=event.slug, notice="registration-cancelled")


def standing_registration(request: Request) -> Registration | None:
    """The viewer's registration, unless it was cancelled."""
    found: Registration | None = request.state.registration
    return found if found and found.state != "cancelled" else None


def own_registration(request: Request) -> Registration:
    """The viewer's registration. Raises SignInNeeded for a stranger, and Conflict when they have none that stands."""
    signed_in(request)
    found = standing_registration(request)
    if found is None:
        raise Conflict("You have no place at this event. Registration is on the event's page.")
    return found


def values_of(registration: Registration, viewer: Viewer) -> dict[str, Any]:
    """A registration as its form shows it."""
    ticks = {name: "yes" if getattr(registration, name) else "" for name in TICKS}
    return {**registration.model_dump(), **ticks, "name": viewer.person.name if viewer.person else ""}
