"""Stages in the console: their list, and for each the producer's page from which it is directed."""

import uuid
from datetime import UTC, datetime

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from rooms.control import SLOTS
from server.acts import directing
from server.acts.directing import Direction
from server.models import Event, Stage
from server.rules.stream_keys import ice_servers, stream_key
from server.store import stages
from server.web.entrance import entering, require
from server.web.errors import Invalid, NotFound
from server.web.forms import Form, FormState, read_form
from server.web.templating import redirect, render

TAKEN = "Another stage is called that already. Please choose another name."


class StageForm(Form):
    title: str = Field(min_length=2, max_length=120)
    low_latency: bool = False


class DirectForm(Form):
    """One act of the producer, and the source whose picture or sound it is about, if it is about one."""

    do: Direction
    source: uuid.UUID | None = None


async def index(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        return await list_page(request, db, event, FormState())


async def create(request: Request) -> Response:
    form = await read_form(request, StageForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        form = await checked(db, event, None, form)
        if form.input is None:
            return await list_page(request, db, event, form, 422)
        stage = await stages.create(db, event.id, form.input.title, low_latency=form.input.low_latency)
    return redirect(request, "stage", event=event.slug, stage=stage.id, notice="saved")


async def edit(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        stage = await stage_of(request, db, event)
    return form_page(request, stage, FormState({"title": stage.title, "low_latency": stage.low_latency}))


async def update(request: Request) -> Response:
    form = await read_form(request, StageForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        stage = await stage_of(request, db, event)
        form = await checked(db, event, stage, form)
        if form.input is None:
            return form_page(request, stage, form, 422)
        await stages.change(db, stage, **form.input.model_dump())
    return redirect(request, "stage", event=event.slug, stage=stage.id, notice="saved")


async def checked(
    db: AsyncSession, event: Event, stage: Stage | None, form: FormState[StageForm]
) -> FormState[StageForm]:
    """The form, with the errors that only the database can find."""
    if form.input and await stages.title_taken(db, event.id, form.input.title, stage.id if stage else None):
        return form.with_error("title", TAKEN)
    return form


async def list_page(
    request: Request, db: AsyncSession, event: Event, form: FormState[StageForm], status_code: int = 200
) -> Response:
    """The list of the stages, with the form that adds one."""
    rows = await stages.stages_of(db, event.id)
    template = "console/stages/index.html"
    return render(request, template, status_code=status_code, stages=rows, form=form, has_parts=has_parts(request))


def form_page(request: Request, stage: Stage, form: FormState[StageForm], status_code: int = 200) -> Response:
    template = "console/stages/edit.html"
    return render(request, template, status_code=status_code, stage=stage, form=form, has_parts=has_parts(request))


def has_parts(request: Request) -> bool:
    """True when a stage can be sent out in parts: an object store gets whole segments only."""
    return not request.app.state.settings.store_url


async def show(request: Request) -> Response:
    """The producer's page: every source, the state of the stage, and its present or next session."""
    async with entering(request) as (db, event):
        stage = await stage_of(request, db, event)
        sources = await stages.sources_of(db, stage.id)
        running = await stages.session_on(db, stage.id)
        following = await stages.session_after(db, stage.id)
    settings, now = request.app.state.settings, datetime.now(UTC)
    return render(
        request,
        "console/stages/show.html",
        stage=stage,
        by_slot={source.slot: source for source in sources if source.slot is not None},
        slots=SLOTS,
        session=running or following,
        whip=str(request.app.url_path_for("whip", stage=stage.id)),
        whep=str(request.app.url_path_for("whep", stage=stage.id)),
        key=stream_key(request.app.state.secret, stage.id, stage.key_number),
        ice=ice_servers(settings.turn_urls, settings.turn_secret, "producer", now.timestamp()),
    )


async def direct(request: Request) -> Response:
    """Do one act of the producer."""
    form = await read_form(request, DirectForm)
    async with entering(request, writing=True) as (db, event):
        stage = await stage_of(request, db, event)
        if form.input is None:
            raise Invalid("Please use the buttons of the producer's page.")
        request.state.pressed = form.input.do
        await directing.direct(db, stage, form.input.do, form.input.source, datetime.now(UTC))
    return redirect(request, "stage", event=event.slug, stage=stage.id)


async def destroy(request: Request) -> Response:
    """Delete a stage; its sessions stay, without one."""
    async with entering(request, writing=True) as (db, event):
        stage = await stage_of(request, db, event)
        await directing.remove(db, stage)
    return redirect(request, "stages", event=event.slug, notice="deleted")


async def renew_key(request: Request) -> Response:
    """Make another stream key: the encoder that sends with the old one is cut off."""
    async with entering(request, writing=True) as (db, event):
        stage = await stage_of(request, db, event)
        connection = await stages.renew_key(db, stage, datetime.now(UTC))
    await directing.cut_off(request.app.state.media, stage, connection)
    return redirect(request, "stage", event=event.slug, stage=stage.id, notice="saved")


async def stage_of(request: Request, db: AsyncSession, event: Event) -> Stage:
    """The stage that the address names, for its producers. Raises NotFound, or what `require` raises."""
    require(request, "stage.direct", stage_id=request.path_params["stage"])
    found = await stages.stage_at(db, request.path_params["stage"])
    if found is None or found[1].id != event.id:
        raise NotFound("There is no such stage (any more).")
    return found[0]
