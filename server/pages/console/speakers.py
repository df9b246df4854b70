"""Speakers, as the organiser names them."""

from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts.registration_form import Address
from server.mail.outbox import queue
from server.models import Event, Person, Speaker
from server.store import programme, speakers
from server.web.entrance import entering
from server.web.errors import Conflict, NotFound
from server.web.forms import Form, FormState, read_form
from server.web.templating import redirect, render


class SpeakerForm(Form):
    """With a mail address they can sign in, see their sessions and host a table."""

    name: str = Field(min_length=2, max_length=120)
    role: str = Field(default="", max_length=120)
    organisation: str = Field(default="", max_length=120)
    about: str = Field(default="", max_length=2000)
    email: Address | None = None

    def details(self) -> dict[str, str]:
        """What a speaker's columns hold of it."""
        return self.model_dump(exclude={"email"})


async def index(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        rows = await speakers.speakers_with_counts(db, event.id)
    return render(request, "console/speakers/index.html", speakers=rows)


async def new(request: Request) -> Response:
    async with entering(request, "session.edit") as _:
        return show(request, FormState())


async def create(request: Request) -> Response:
    form = await read_form(request, SpeakerForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        if form.input is None:
            return show(request, form, status_code=422)
        await speakers.create(db, event.id, form.input.email or "", **form.input.details())
    return redirect(request, "speakers", event=event.slug, notice="saved")


async def edit(request: Request) -> Response:
    async with entering(request, "session.edit") as (db, event):
        speaker = await speaker_of(request, db, event)
        around = await around_speaker(db, speaker)
        email = await speakers.address_of(db, speaker)
    values = {name: getattr(speaker, name) for name in ("name", "role", "organisation", "about")}
    return show(request, FormState({**values, "email": email}), speaker, **around)


async def update(request: Request) -> Response:
    form = await read_form(request, SpeakerForm)
    async with entering(request, "session.edit", writing=True) as (db, event):
        speaker = await speaker_of(request, db, event)
        if form.input is None:
            return show(request, form, speaker, 422, **await around_speaker(db, speaker))
        await speakers.change(db, speaker, form.input.email or "", **form.input.details())
    return redirect(request, "speakers", event=event.slug, notice="saved")


async def invite(request: Request) -> Response:
    """Mail a speaker the link to their own page. Raises Conflict when no address is known."""
    now, settings = datetime.now(UTC), request.app.state.settings
    async with entering(request, "session.edit", writing=True) as (db, event):
        speaker = await speaker_of(request, db, event)
        person = await db.get(Person, speaker.person_id) if speaker.person_id else None
        if person is None:
            raise Conflict("No mail address is known for this speaker. Save one first.")
        key = f"speaker:{event.id}:{person.id}:{now:%Y%m%d%H%M}"
        context = {"base_url": settings.base_url}
        await queue(db, event, person, "speaker", key, context, lands_on=f"/{event.slug}/speaker")
    return redirect(request, "speaker_edit", event=event.slug, speaker=speaker.id, notice="speaker-invited")


async def destroy(request: Request) -> Response:
    """Take a speaker off the agenda; sessions and tables stay, without them."""
    async with entering(request, "session.edit", writing=True) as (db, event):
        await speakers.remove(db, await speaker_of(request, db, event))
    return redirect(request, "speakers", event=event.slug, notice="deleted")


async def speaker_of(request: Request, db: AsyncSession, event: Event) -> Speaker:
    """The speaker that the address names. Raises NotFound."""
    speaker = await speakers.speaker_with(db, event.id, request.path_params["speaker"])
    if speaker is None:
        raise NotFound("There is no such speaker (any more).")
    return speaker


async def around_speaker(db: AsyncSession, speaker: Speaker) -> dict[str, Any]:
    """Where they speak and host."""
    return {
        "sessions": await programme.sessions_of_speaker(db, speaker.id),
        "tables": await programme.tables_of_speaker(db, speaker.id),
    }


def show(
    request: Request,
    form: FormState[SpeakerForm],
    speaker: Speaker | None = None,
    status_code: int = 200,
    **around: Any,
) -> Response:
    context = {"sessions": [], "tables": [], **around}
    return render(request, "console/speakers/edit.html", form=form, speaker=speaker, status_code=status_code, **context)
