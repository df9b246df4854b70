"""Sessions as the organiser plans and moves them: the list, the form and the buttons."""

from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts import moving, scheduling
from server.acts.scheduling import Choices
from server.acts.session_form import Kind, SessionForm
from server.models import Event, Session
from server.rules.lifecycles import RECORDING, SESSION, moves_from, session_moves
from server.rules.local_time import reading_at
from server.rules.session_hours import HoursGiven, answer
from server.rules.wording import span
from server.store import agenda, console, planning
from server.web.entrance import entering, session_of
from server.web.forms import FormState, pressed, read_form
from server.web.templating import redirect, render


async def index(request: Request) -> Response:
    """The agenda of all sessions, by day."""
    async with entering(request, "session.edit") as (db, event):
        items = await agenda.agenda(db, event, datetime.now(UTC))
    return render(request, "console/sessions/index.html", days=agenda.by_day(items, event.zone))


async def new(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        choices = await scheduling.choices_of(db, event)
    hour = f"{event.starts_on}T09:00", f"{event.starts_on}T09:30"
    form = FormState[SessionForm]({"starts": hour[0], "ends": hour[1], "auto": "yes", "kind": "talk"})
    return show(request, "console/sessions/new.html", form, choices)


async def create(request: Request) -> Response:
    form = await read_form(request, SessionForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        choices = await scheduling.choices_of(db, event)
        form, hours = await checked(db, event, None, form, choices)
        if form.input is None:
            return show(request, "console/sessions/new.html", form, choices, hours, 422)
        session = await scheduling.create(db, event, form.input)
    return redirect(request, "session_edit", event=event.slug, session=session.slug, notice="saved")


async def edit(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        session = await session_of(request, db, event)
        form = FormState[SessionForm](await values_of(db, event, session))
        choices = await scheduling.choices_of(db, event)
        about = await about_session(db, event, session)
    return show(request, "console/sessions/edit.html", form, choices, **about)


async def update(request: Request) -> Response:
    form = await read_form(request, SessionForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        session = await session_of(request, db, event)
        choices = await scheduling.choices_of(db, event)
        form, hours = await checked(db, event, session, form, choices)
        if form.input is None:
            about = await about_session(db, event, session)
            return show(request, "console/sessions/edit.html", form, choices, hours, 422, **about)
        await scheduling.change(db, event, session, form.input)
    return redirect(request, "session_edit", event=event.slug, session=session.slug, notice="saved")


async def destroy(request: Request) -> Response:
    """Delete a session, unless people attended or reacted to it."""
    async with entering(request, "session.edit", writing=True) as (db, event):
        session = await session_of(request, db, event)
        await scheduling.remove(db, session)
    return redirect(request, "console_sessions", event=event.slug, notice="deleted")


async def move(request: Request) -> Response:
    """Start, pause, resume, end, take up, cancel or reinstate a session."""
    name = await pressed(request, "move", SESSION)
    async with entering(request, "session.move", writing=True) as (db, event):
        session = await session_of(request, db, event)
        await moving.move_session(db, event, session, name, datetime.now(UTC))
    return redirect(request, "console", event=event.slug, notice=f"session-{name}")


async def move_recording(request: Request) -> Response:
    """Open or withdraw the recording."""
    name = await pressed(request, "move", RECORDING)
    async with entering(request, "recording.move", writing=True) as (db, event):
        session = await session_of(request, db, event)
        await moving.move_recording(db, session, name)
    return redirect(request, "session_edit", event=event.slug, session=session.slug, notice=f"recording-{name}")


async def checked(
    db: AsyncSession, event: Event, session: Session | None, form: FormState[SessionForm], choices: Choices
) -> tuple[FormState[SessionForm], HoursGiven]:
    """The form, with the errors that only the event can find, and the hours that it gives."""
    if form.input is None:
        return form, HoursGiven()
    wrong = await scheduling.problems(db, event, session, form.input, choices)
    return form.with_errors(wrong), form.input.hours_at(event)


async def values_of(db: AsyncSession, event: Event, session: Session) -> dict[str, Any]:
    """The session as its form shows it; the offsets keep the reading of an hour that was once chosen of two."""
    zone = ZoneInfo(event.zone)
    return {
        "starts_offset": reading_at(session.starts_at, zone).offset,
        "ends_offset": reading_at(session.ends_at, zone).offset,
        "title": session.title,
        "slug": session.slug,
        "kind": session.kind,
        "track": str(session.track_id or ""),
        "abstract": session.abstract,
        "starts": session.starts_local,
        "ends": session.ends_local,
        "speakers": [str(speaker_id) for speaker_id in await planning.speaker_ids_of(db, session.id)],
        "film": str(session.film_id or ""),
        "signed_film": str(session.signed_film_id or ""),
        "stage": str(session.stage_id or ""),
        "auto": "yes" if session.auto else "",
    }


async def about_session(db: AsyncSession, event: Event, session: Session) -> dict[str, Any]:
    """The context beside the form: the moves that are possible, clashes, and whether it can be deleted."""
    clashes = [
        clash
        for clash in await console.double_bookings(db, event.id)
        if session.id in (clash.first.id, clash.second.id)
    ]
    return {
        "session": session,
        "moves": session_moves(session.state, session.ended_at, datetime.now(UTC)),
        "recording_moves": moves_from(RECORDING, session.recording),
        "clashes": clashes,
        "has_facts": await planning.has_facts(db, session.id),
    }


def show(
    request: Request,
    template: str,
    form: FormState[SessionForm],
    choices: Choices,
    hours: HoursGiven | None = None,
    status_code: int = 200,
    **context: Any,
) -> Response:
    readings = {
        name: [(reading.offset, answer(reading)) for reading in two]
        for name, two in (hours or HoursGiven()).choices.items()
    }
    return render(
        request,
        template,
        status_code=status_code,
        form=form,
        choices=choices,
        track_options=[(track.id, track.title) for track in choices.tracks],
        stage_options=[(stage.id, stage.title) for stage in choices.stages],
        film_options=[(film.id, f"{film.title}, {span(film.duration)}") for film in choices.films],
        kinds=[(kind, kind.capitalize()) for kind in get_args(Kind)],
        readings=readings,
        **context,
    )
