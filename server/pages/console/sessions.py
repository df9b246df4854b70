"""Sessions as the organiser plans and moves them: the list, the form and the buttons."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts import moving
from server.acts.event_form import Slug
from server.models import Event, Film, Session, Speaker, Stage, Track
from server.rules import slugs
from server.rules.lifecycles import RECORDING, SESSION, moves_from
from server.rules.local_time import reading_at
from server.rules.session_hours import HoursGiven, answer, read_hours
from server.rules.wording import span
from server.store import agenda, console, programme, speakers, stages
from server.web.entrance import entering, session_of
from server.web.errors import Conflict
from server.web.forms import NOT_OFFERED, Form, FormState, pressed, read_form
from server.web.templating import redirect, render

KINDS = ("keynote", "talk", "panel", "assembly", "networking")


class SessionForm(Form):
    """Hours are wall time of the event's zone; an offset says which reading is meant where there are two."""

    title: str = Field(min_length=3, max_length=160)
    slug: Slug | None = None
    kind: Literal["keynote", "talk", "panel", "assembly", "networking"] = "talk"
    track: uuid.UUID | None = None
    abstract: str = Field(default="", max_length=5000)
    starts: datetime
    ends: datetime
    starts_offset: str = Field(default="", max_length=6)
    ends_offset: str = Field(default="", max_length=6)
    speakers: list[uuid.UUID] = Field(default=[], max_length=30)
    film: uuid.UUID | None = None
    signed_film: uuid.UUID | None = None
    stage: uuid.UUID | None = None
    auto: bool = False


class Choices(NamedTuple):
    """What a session of an event can be given."""

    tracks: Sequence[Track]
    speakers: Sequence[Speaker]
    films: Sequence[Film]
    stages: Sequence[Stage]


async def index(request: Request) -> Response:
    """The whole agenda as the organiser sees it, by day."""
    async with entering(request, "session.edit") as (db, event):
        items = await agenda.agenda(db, event, datetime.now(UTC))
    return render(request, "console/sessions/index.html", days=agenda.by_day(items, event.zone))


async def new(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        choices = await choices_of(db, event)
    hour = f"{event.starts_on}T09:00", f"{event.starts_on}T09:30"
    form = FormState[SessionForm]({"starts": hour[0], "ends": hour[1], "auto": "yes", "kind": "talk"})
    return show(request, "console/sessions/new.html", form, choices)


async def create(request: Request) -> Response:
    form = await read_form(request, SessionForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        choices = await choices_of(db, event)
        form, hours = await checked(db, event, None, form, choices)
        if form.input is None:
            return show(request, "console/sessions/new.html", form, choices, hours, 422)
        columns = {**columns_of(form.input), **hours.columns()}
        wanted = form.input.slug or slugs.slug_of(form.input.title)
        session = await programme.create_session(db, event, form.input.speakers, slug=wanted, **columns)
    return redirect(request, "session_edit", event=event.slug, session=session.slug, notice="saved")


async def edit(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        session = await session_of(request, db, event)
        form = FormState[SessionForm](await values_of(db, event, session))
        choices = await choices_of(db, event)
        about = await about_session(db, event, session)
    return show(request, "console/sessions/edit.html", form, choices, **about)


async def update(request: Request) -> Response:
    form = await read_form(request, SessionForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        session = await session_of(request, db, event)
        choices = await choices_of(db, event)
        form, hours = await checked(db, event, session, form, choices)
        if form.input is None:
            about = await about_session(db, event, session)
            return show(request, "console/sessions/edit.html", form, choices, hours, 422, **about)
        columns = {**columns_of(form.input), **hours.columns(), "slug": form.input.slug or session.slug}
        await programme.change_session(db, session, form.input.speakers, **columns)
    return redirect(request, "session_edit", event=event.slug, session=session.slug, notice="saved")


async def destroy(request: Request) -> Response:
    """Take a session off the agenda for good, unless somebody has lived through it."""
    async with entering(request, "session.edit", writing=True) as (db, event):
        session = await session_of(request, db, event)
        if session.state in ("live", "paused"):
            raise Conflict("This session is on. End it first.")
        if await programme.has_facts(db, session.id):
            raise Conflict("People attended or reacted to this session, and the report counts them. It stays.")
        await programme.delete_session(db, session)
    return redirect(request, "console_sessions", event=event.slug, notice="deleted")


async def move(request: Request) -> Response:
    """Start, pause, resume, end, cancel or reinstate a session."""
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


async def choices_of(db: AsyncSession, event: Event) -> Choices:
    return Choices(
        await agenda.tracks_of(db, event.id),
        await speakers.speakers_of(db, event.id),
        await programme.films_of(db, event.id),
        await stages.stages_of(db, event.id),
    )


async def checked(
    db: AsyncSession, event: Event, session: Session | None, form: FormState[SessionForm], choices: Choices
) -> tuple[FormState[SessionForm], HoursGiven]:
    """The form with what only the event can tell is wrong with it, and its hours."""
    if form.input is None:
        return form, HoursGiven()
    typed = form.input
    hours = hours_of(event, typed)
    errors = dict(hours.errors)
    if typed.track and typed.track not in {track.id for track in choices.tracks}:
        errors["track"] = NOT_OFFERED
    if typed.stage and typed.stage not in {stage.id for stage in choices.stages}:
        errors["stage"] = NOT_OFFERED
    if typed.stage and typed.film:
        errors["stage"] = "A session plays a film or is broadcast from a stage, not both."
    if not set(typed.speakers) <= {speaker.id for speaker in choices.speakers}:
        errors["speakers"] = NOT_OFFERED
    if typed.film and typed.film not in {film.id for film in choices.films}:
        errors["film"] = NOT_OFFERED
    if typed.signed_film and typed.signed_film not in {film.id for film in choices.films}:
        errors["signed_film"] = NOT_OFFERED
    if typed.signed_film and not typed.film:
        errors["signed_film"] = "A film in sign language is shown beside a film. Please choose that too."
    if typed.slug and await programme.slug_taken(db, event.id, typed.slug, session.id if session else None):
        errors["slug"] = "Another session has this address already. Please choose another one."
    if session is not None:
        errors |= lived(session, typed, hours)
    return form.with_errors(errors), hours


def hours_of(event: Event, typed: SessionForm) -> HoursGiven:
    return read_hours(
        typed.starts.replace(tzinfo=None, second=0, microsecond=0),
        typed.ends.replace(tzinfo=None, second=0, microsecond=0),
        zone=event.zone,
        first_day=event.starts_on,
        last_day=event.ends_on,
        starts_offset=typed.starts_offset,
        ends_offset=typed.ends_offset,
    )


def lived(session: Session, typed: SessionForm, hours: HoursGiven) -> dict[str, str]:
    """What cannot be changed any more once a session was started: what happened has happened."""
    if session.started_at is None or hours.errors or hours.starts is None or hours.ends is None:
        return {}
    wrong = {}
    if hours.starts.at != session.starts_at:
        wrong["starts"] = "This session has started, so its start stays as it was."
    if session.ended_at is not None and hours.ends.at != session.ends_at:
        wrong["ends"] = "This session has ended, so its end stays as it was."
    if typed.film != session.film_id:
        wrong["film"] = "This session has started, so its film stays."
    return wrong


def columns_of(typed: SessionForm) -> dict[str, Any]:
    """What the form says beside slug, hours and speakers, as a session's columns hold it."""
    details = typed.model_dump(include={"title", "kind", "abstract", "auto"})
    shown = {"film_id": typed.film, "signed_film_id": typed.signed_film, "stage_id": typed.stage}
    return {**details, "track_id": typed.track, **shown}


async def values_of(db: AsyncSession, event: Event, session: Session) -> dict[str, Any]:
    """A session as its form shows it; the offsets keep a reading that was chosen once."""
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
        "speakers": [str(speaker_id) for speaker_id in await programme.speaker_ids_of(db, session.id)],
        "film": str(session.film_id or ""),
        "signed_film": str(session.signed_film_id or ""),
        "stage": str(session.stage_id or ""),
        "auto": "yes" if session.auto else "",
    }


async def about_session(db: AsyncSession, event: Event, session: Session) -> dict[str, Any]:
    """What stands beside the form: the moves that are possible, and what to look at."""
    clashes = [
        clash
        for clash in await console.double_bookings(db, event.id)
        if session.id in (clash.first.id, clash.second.id)
    ]
    return {
        "session": session,
        "moves": moves_from(SESSION, session.state),
        "recording_moves": moves_from(RECORDING, session.recording),
        "clashes": clashes,
        "has_facts": await programme.has_facts(db, session.id),
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
        kinds=[(kind, kind.capitalize()) for kind in KINDS],
        readings=readings,
        **context,
    )
