"""An event's details, as its organisers write them; and its own lifecycle."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts import moving, registering
from server.acts.event_form import EventForm, slug_problem
from server.models import Event
from server.rules.lifecycles import EVENT, moves_from
from server.rules.local_time import TwoReadings, zones
from server.store import events, organisers
from server.web.entrance import entering, person_who, require
from server.web.forms import FormState, blank, pressed, read_form
from server.web.templating import redirect, render

FEW = 3
"""How many session titles are named in one sentence."""


async def new(request: Request) -> Response:
    require(request, "event.create")
    return show(request, blank(EventForm))


async def create(request: Request) -> Response:
    """Make an event as a draft; whoever makes it organises it."""
    person = person_who(request, "event.create")
    form = await read_form(request, EventForm)
    async with request.app.state.db.writing() as db:
        form = await checked(request, db, None, form)
        if form.input is None:
            return show(request, form, status_code=422)
        event = await events.create(db, **form.input.columns())
        await organisers.grant(db, person.id, "organiser", "event", event.id)
    return redirect(request, "console", event=event.slug, notice="event-made")


async def edit(request: Request) -> Response:
    async with entering(request, "event.edit") as (_, event):
        return show(request, FormState(values_of(event)), event)


async def update(request: Request) -> Response:
    form = await read_form(request, EventForm)
    async with entering(request, "event.edit", writing=True) as (db, event):
        form = await checked(request, db, event, form)
        if form.input is None:
            return show(request, form, event, 422)
        await events.change(db, event, **form.input.columns())
        await registering.admit(db, event, request.app.state.settings.base_url, datetime.now(UTC))
    return redirect(request, "event_edit", event=form.input.slug, notice="saved")


async def move(request: Request) -> Response:
    """Open, close or reopen the event."""
    name = await pressed(request, "move", EVENT)
    async with entering(request, "event.edit", writing=True) as (db, event):
        await moving.move_event(db, event, name)
    return redirect(request, "event_edit", event=event.slug, notice=f"event-{name}")


async def checked(
    request: Request, db: AsyncSession, event: Event | None, form: FormState[EventForm]
) -> FormState[EventForm]:
    """The form with what only the database can tell is wrong with it."""
    if form.input is None:
        return form
    typed = form.input
    other = await events.with_slug(db, typed.slug)
    taken = other is not None and (event is None or other.id != event.id)
    if problem := slug_problem(typed.slug, request.app.state.reserved_slugs, taken):
        form = form.with_error("slug", problem)
    if event is not None:
        form = form.with_errors(await problems_with_sessions(db, event, typed))
    return form


async def problems_with_sessions(db: AsyncSession, event: Event, typed: EventForm) -> dict[str, str]:
    """What of the new days and zone does not fit the sessions that are planned."""
    wrong = {}
    outside = await events.sessions_outside(db, event, typed.starts_on, typed.ends_on)
    if outside:
        names = ", ".join(f"“{session.title}”" for session in outside[:FEW]) + (" and others" if outside[FEW:] else "")
        wrong["ends_on"] = f"These sessions would lie outside the event: {names}. Move them first."
    if typed.zone != event.zone:
        if await events.has_begun(db, event.id):
            wrong["zone"] = "A session has started already, so the time zone stays."
        else:
            try:
                await events.check_zone(db, event.id, typed.zone)
            except TwoReadings as two:
                wrong["zone"] = f"A session at {two.wall:%H:%M on %d %B} would not be clear there. Move it first."
    return wrong


def values_of(event: Event) -> dict[str, Any]:
    """An event as its form shows it."""
    names = EventForm.model_fields.keys()
    lines = {"sectors": "\n".join(event.sectors), "places": "\n".join(event.places)}
    return {name: getattr(event, name) for name in names} | lines


def show(request: Request, form: FormState[EventForm], event: Event | None = None, status_code: int = 200) -> Response:
    template = "console/events/edit.html" if event else "console/events/new.html"
    moves = moves_from(EVENT, event.state) if event else []
    return render(request, template, form=form, zones=zones(), moves=moves, status_code=status_code)
