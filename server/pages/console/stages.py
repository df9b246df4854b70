"""Stages in the console: the list of them, and the producer's page of each, from which it is directed."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from rooms.control import SLOTS
from server.media.line import MediaAway
from server.models import Event, Stage
from server.store import stages
from server.trust.stream_keys import ice_servers, stream_key
from server.web.entrance import entering, require
from server.web.errors import Conflict, Invalid, NotFound
from server.web.forms import Form, FormState, read_form
from server.web.templating import redirect, render

COUNTDOWN_S = 10
TAKEN = "Another stage is called that already. Please choose another name."


class StageForm(Form):
    title: str = Field(min_length=2, max_length=120)
    low_latency: bool = False


class DirectForm(Form):
    """What the producer does; `source` is whose picture or sound, where it is somebody's."""

    do: Literal[
        "count-down",
        "go",
        "clear",
        "stand-by",
        "take",
        "hear",
        "mute",
        "sign",
        "unsign",
        "follow-voice",
        "by-hand",
    ]
    source: uuid.UUID | None = None


async def index(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        rows = await stages.stages_of(db, event.id)
    return render(request, "console/stages/index.html", stages=rows, form=FormState({}), has_parts=has_parts(request))


async def create(request: Request) -> Response:
    form = await read_form(request, StageForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        if form.input and await stages.title_taken(db, event.id, form.input.title, None):
            form = form.with_error("title", TAKEN)
        if form.input is None:
            rows = await stages.stages_of(db, event.id)
            return render(
                request,
                "console/stages/index.html",
                status_code=422,
                stages=rows,
                form=form,
                has_parts=has_parts(request),
            )
        stage = await stages.create(db, event.id, form.input.title, low_latency=form.input.low_latency)
    return redirect(request, "stage", event=event.slug, stage=stage.id, notice="saved")


async def edit(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        stage = await stage_of(request, db, event)
    form: FormState[StageForm] = FormState({"title": stage.title, "low_latency": stage.low_latency})
    return render(request, "console/stages/edit.html", stage=stage, form=form, has_parts=has_parts(request))


async def update(request: Request) -> Response:
    form = await read_form(request, StageForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        stage = await stage_of(request, db, event)
        if form.input and await stages.title_taken(db, stage.event_id, form.input.title, stage.id):
            form = form.with_error("title", TAKEN)
        if form.input is None:
            return render(
                request,
                "console/stages/edit.html",
                status_code=422,
                stage=stage,
                form=form,
                has_parts=has_parts(request),
            )
        await stages.change(db, stage, title=form.input.title, low_latency=form.input.low_latency)
    return redirect(request, "stage", event=event.slug, stage=stage.id, notice="saved")


def has_parts(request: Request) -> bool:
    """Whether a stage can be put out in parts: an object store is given whole segments only."""
    return not request.app.state.settings.store_url


async def show(request: Request) -> Response:
    """The producer's page: every source, what is on air, and what comes next."""
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
    """One act of the producer."""
    now = datetime.now(UTC)
    form = await read_form(request, DirectForm)
    async with entering(request, writing=True) as (db, event):
        stage = await stage_of(request, db, event)
        if form.input is None:
            raise Invalid("Please use the buttons of the producer's page.")
        await act(db, stage, form.input, now)
    return redirect(request, "stage", event=event.slug, stage=stage.id)


async def destroy(request: Request) -> Response:
    """Delete a stage; its sessions stay, without one."""
    async with entering(request, writing=True) as (db, event):
        stage = await stage_of(request, db, event)
        if stage.state == "on-air":
            raise Conflict("This stage is on air. Clear it first.")
        await stages.remove(db, stage)
    return redirect(request, "stages", event=event.slug, notice="deleted")


async def renew_key(request: Request) -> Response:
    """Make another stream key: the encoder that came by the old one is cut off."""
    async with entering(request, writing=True) as (db, event):
        stage = await stage_of(request, db, event)
        connection = await stages.renew_key(db, stage, datetime.now(UTC))
    if connection is not None:
        with suppress(MediaAway):
            await request.app.state.media.let_go(str(stage.id), connection)
    return redirect(request, "stage", event=event.slug, stage=stage.id, notice="saved")


async def act(db: AsyncSession, stage: Stage, wanted: DirectForm, now: datetime) -> None:
    """Raises Conflict when it is too late for that, Invalid when a source is missing."""
    match wanted.do:
        case "count-down":
            done = await stages.move(db, stage, wanted.do, at=stages.countdown_end(now, COUNTDOWN_S))
        case "go" | "clear" | "stand-by":
            done = await stages.move(db, stage, wanted.do, at=now)
        case "follow-voice" | "by-hand":
            await stages.change(db, stage, follows_voice=wanted.do == "follow-voice")
            done = True
        case "unsign":
            done = await stages.sign(db, stage, None)
        case "take" | "hear" | "mute" | "sign":
            done = await act_on_source(db, stage, wanted)
    if not done:
        raise Conflict("The stage has moved on meanwhile. Please look again.")


async def act_on_source(db: AsyncSession, stage: Stage, wanted: DirectForm) -> bool:
    if wanted.source is None:
        raise Invalid("Please say whose picture or sound.")
    if wanted.do == "sign":
        return await stages.sign(db, stage, wanted.source)
    if wanted.do == "take":
        if wanted.source == stage.signing_id:
            raise Conflict("This picture is the sign-language window’s. Give the window to somebody else first.")
        return await stages.take(db, stage, wanted.source)
    return await stages.put_on_air(db, stage, wanted.source, is_on_air=wanted.do == "hear")


async def stage_of(request: Request, db: AsyncSession, event: Event) -> Stage:
    """The stage that the address names, for its producers. Raises NotFound, or what `require` raises."""
    require(request, "stage.direct", stage_id=request.path_params["stage"])
    found = await stages.stage_at(db, request.path_params["stage"])
    if found is None or found[1].id != event.id:
        raise NotFound("There is no such stage (any more).")
    return found[0]
