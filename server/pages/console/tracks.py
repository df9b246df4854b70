"""The strands of the agenda, as the organiser makes them."""

from typing import Literal, get_args

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.models import Event, Track
from server.rules.slugs import slug_of
from server.store import programme, tracks
from server.web.entrance import entering
from server.web.errors import NotFound
from server.web.forms import Form, FormState, read_form
from server.web.templating import redirect, render

Colour = Literal["teal", "indigo", "plum", "moss", "ochre", "slate", "sky", "heather"]
"""The track colours of the design system."""
TAKEN = "Another track is called that already. Please choose another name."


class TrackForm(Form):
    title: str = Field(min_length=2, max_length=120)
    summary: str = Field(default="", max_length=400)
    colour: Colour = "teal"
    position: int = Field(default=0, ge=0, le=1000)


async def index(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        rows = await tracks.tracks_with_counts(db, event.id)
    return render(request, "console/tracks/index.html", tracks=rows)


async def new(request: Request) -> Response:
    async with entering(request, "session.edit") as _:
        return show(request, FormState({"colour": "teal"}))


async def create(request: Request) -> Response:
    form = await read_form(request, TrackForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        form = await checked(db, event, None, form)
        if form.input is None:
            return show(request, form, status_code=422)
        typed = form.input
        await tracks.create(
            db, event.id, slug=slug_of(typed.title), title=typed.title, summary=typed.summary, colour=typed.colour
        )
    return redirect(request, "tracks", event=event.slug, notice="saved")


async def edit(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        track = await track_of(request, db, event)
        sessions = await programme.sessions_of_track(db, track.id)
    values = {"title": track.title, "summary": track.summary, "colour": track.colour, "position": track.position}
    return show(request, FormState(values), track, sessions)


async def update(request: Request) -> Response:
    form = await read_form(request, TrackForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        track = await track_of(request, db, event)
        form = await checked(db, event, track, form)
        if form.input is None:
            return show(request, form, track, await programme.sessions_of_track(db, track.id), 422)
        await tracks.change(db, track, **form.input.model_dump())
    return redirect(request, "tracks", event=event.slug, notice="saved")


async def destroy(request: Request) -> Response:
    """Delete a track; its sessions stay, without one."""
    async with entering(request, "session.edit", writing=True) as (db, event):
        await tracks.remove(db, await track_of(request, db, event))
    return redirect(request, "tracks", event=event.slug, notice="deleted")


async def track_of(request: Request, db: AsyncSession, event: Event) -> Track:
    """The track that the address names. Raises NotFound."""
    track = await tracks.track_with(db, event.id, request.path_params["track"])
    if track is None:
        raise NotFound("There is no such track (any more).")
    return track


async def checked(
    db: AsyncSession, event: Event, track: Track | None, form: FormState[TrackForm]
) -> FormState[TrackForm]:
    if form.input and await tracks.title_taken(db, event.id, form.input.title, track.id if track else None):
        return form.with_error("title", TAKEN)
    return form


def show(
    request: Request, form: FormState[TrackForm], track: Track | None = None, sessions: int = 0, status_code: int = 200
) -> Response:
    return render(
        request,
        "console/tracks/edit.html",
        form=form,
        track=track,
        sessions=sessions,
        colours=[(colour, colour.capitalize()) for colour in get_args(Colour)],
        status_code=status_code,
    )
