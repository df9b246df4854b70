"""Registering for an event, seeing one's registration, changing it and giving the place back."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.acts import registering
from server.acts.registering import DetailsForm, RegistrationForm
from server.models import Event, Registration
from server.rules.lifecycles import REGISTRATION
from server.store import people, registrations
from server.trust.sign_in import Viewer
from server.web.addresses import path_inside
from server.web.entrance import event_of
from server.web.errors import Conflict, SignInNeeded
from server.web.forms import FormState, read_form
from server.web.templating import redirect, render

CLOSED = "Registration for this event is closed."


async def new(request: Request) -> Response:
    """The form; for somebody who is registered, what they told us."""
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
    if standing := standing_registration(request):
        return await show(request, standing, FormState(values_of(standing, request.state.viewer)))
    context = await context_of(request, event)
    viewer: Viewer = request.state.viewer
    known = {"name": viewer.person.name, "email": viewer.person.email} if viewer.person else {}
    heard = request.query_params.get("via", "")[:60]
    then = path_inside(event, request.query_params.get("then", ""))
    form = FormState[RegistrationForm]({**known, "source": heard, "then": then})
    return render(request, "registration/new.html", form=form, **context)


async def create(request: Request) -> Response:
    """Register, or change what one said; the answer does not tell whether an address is known."""
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
    if not registering.is_open(event, datetime.now(UTC)):
        raise Conflict(CLOSED)
    if standing := standing_registration(request):
        return await update(request, event, standing)
    await request.app.state.limits.spend(request, "register")
    form = registering.check_choices(await read_form(request, RegistrationForm), event)
    if form.input is None:
        context = await context_of(request, event)
        return render(request, "registration/new.html", status_code=422, form=form, **context)
    if await request.app.state.limits.may_mail(form.input.email):
        async with request.app.state.db.writing() as db:
            then = path_inside(event, form.input.then)
            base_url, now = base_url_of(request), datetime.now(UTC)
            person = await registering.register(db, event, form.input, base_url, now, lands_on=then)
        viewer: Viewer = request.state.viewer
        if viewer.person and viewer.person.id == person.id:
            return redirect(request, "registration", event=event.slug, notice="registered")
    return redirect(request, "registration_done", event=event.slug)


async def update(request: Request, event: Event, registration: Registration) -> Response:
    form = registering.check_choices(await read_form(request, DetailsForm), event)
    if form.input is None:
        return await show(request, registration, form, status_code=422)
    async with request.app.state.db.writing() as db:
        await people.rename(db, registration.person_id, form.input.name)
        await registrations.change(db, registration.id, form.input.details())
    return redirect(request, "registration", event=event.slug, notice="saved")


async def show(
    request: Request, registration: Registration, form: FormState[Any], *, status_code: int = 200
) -> Response:
    async with request.app.state.db.reading() as db:
        queue = await registrations.place_in_queue(db, registration) if registration.state == "waitlisted" else 0
    return render(request, "registration/show.html", status_code=status_code, form=form, queue=queue)


async def done(request: Request) -> Response:
    """Look into your mail."""
    async with request.app.state.db.reading() as db:
        await event_of(request, db)
    return render(request, "registration/done.html", keeps_mail=not request.app.state.settings.mail_server)


async def cancel(request: Request) -> Response:
    """Give the place back; whoever has waited longest gets it."""
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
    person, registration = request.state.viewer.person, standing_registration(request)
    if person is None:
        raise SignInNeeded("Please open your join link first.")
    if registration is None:
        raise Conflict("You have no place at this event to give back.")
    async with request.app.state.db.writing() as db:
        await registering.give_back(db, event, registration, person, base_url_of(request), datetime.now(UTC))
    return redirect(request, "event", event=event.slug, notice="registration-cancelled")


async def context_of(request: Request, event: Event) -> dict[str, Any]:
    """What the form offers: whether places are left, and the question of the before survey."""
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        asked = await registering.question_before(db, event, now)
        return {
            "is_open": registering.is_open(event, now),
            "is_full": await registrations.is_full(db, event),
            "question": asked[1] if asked else None,
            "sources": registering.SOURCES,
        }


def standing_registration(request: Request) -> Registration | None:
    """The viewer's registration, unless it was cancelled."""
    found: Registration | None = request.state.registration
    return found if found and found.state in REGISTRATION["cancel"].sources else None


def values_of(registration: Registration, viewer: Viewer) -> dict[str, Any]:
    """A registration as its form shows it."""
    ticks = {name: "yes" if getattr(registration, name) else "" for name in registering.TICKS}
    return {**registration.model_dump(), **ticks, "name": viewer.person.name if viewer.person else ""}


def base_url_of(request: Request) -> str:
    return str(request.app.state.settings.base_url)
