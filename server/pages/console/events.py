"""The details of an event, and the moves of its lifecycle."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts import moving, organising
from server.acts.event_form import HOLD_H, EventForm
from server.models import Event
from server.rules.lifecycles import EVENT, moves_from
from server.rules.local_time import zones
from server.store.security_log import Subject
from server.web.entrance import entering, person_who, require
from server.web.forms import FormState, blank, pressed, read_form
from server.web.security_log import acting
from server.web.templating import redirect, render


async def new(request: Request) -> Response:
    require(request, "event.create")
    return show(request, FormState({**blank(EventForm).values, "hold_hours": HOLD_H}))


async def create(request: Request) -> Response:
    """Make an event as a draft; the person who makes it becomes its organiser."""
    person = person_who(request, "event.create")
    form = await read_form(request, EventForm)
    async with acting(request) as db:
        form = await checked(request, db, None, form)
        if form.input is None:
            return show(request, form, status_code=422)
        event = request.state.event = await organising.create(db, form.input, person)
        request.state.subject = Subject("event", event.id)
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
        await organising.change(db, event, form.input, request.app.state.settings.base_url, datetime.now(UTC))
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
    """The form, with the errors that only the database can find."""
    if form.input is None:
        return form
    return form.with_errors(await organising.problems(db, event, form.input, request.app.state.reserved_slugs))


def values_of(event: Event) -> dict[str, Any]:
    """An event as its form shows it."""
    names = EventForm.model_fields.keys()
    lines = {"sectors": "\n".join(event.sectors), "places": "\n".join(event.places)}
    return {name: getattr(event, name) for name in names} | lines


def show(request: Request, form: FormState[EventForm], event: Event | None = None, status_code: int = 200) -> Response:
    template = "console/events/edit.html" if event else "console/events/new.html"
    moves = moves_from(EVENT, event.state) if event else []
    return render(request, template, form=form, zones=zones(), moves=moves, status_code=status_code)
