"""Speakers in the console, and the invitation to their own page."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts import inviting
from server.acts.registration_form import Address, Name
from server.models import Event, Speaker
from server.store import planning, speakers
from server.web.entrance import entering
from server.web.forms import Form, SeveralLines
from server.web.resource import Resource
from server.web.templating import redirect


class SpeakerForm(Form):
    """A speaker; with a mail address they can sign in, see their sessions and host a table."""

    name: Name
    role: str = Field(default="", max_length=120)
    organisation: str = Field(default="", max_length=120)
    about: SeveralLines = Field(default="", max_length=2000)
    email: Address | None = None

    def details(self) -> dict[str, str]:
        """The values that a speaker's columns hold."""
        return self.model_dump(exclude={"email"})


class SpeakerResource(Resource[Speaker, SpeakerForm]):
    one, many, templates = "speaker", "speakers", "console/speakers"
    action = "session.edit"
    form = SpeakerForm

    async def rows_of(self, db: AsyncSession, event: Event) -> Sequence[Any]:
        return await speakers.speakers_with_counts(db, event.id)

    async def row_with(self, db: AsyncSession, event: Event, row_id: uuid.UUID) -> Speaker | None:
        return await speakers.speaker_with(db, event.id, row_id)

    async def values_of(self, db: AsyncSession, row: Speaker) -> dict[str, Any]:
        details = {name: getattr(row, name) for name in ("name", "role", "organisation", "about")}
        return {**details, "email": await speakers.address_of(db, row)}

    async def beside(self, db: AsyncSession, event: Event, row: Speaker | None) -> dict[str, Any]:
        """The sessions in which they speak and the tables that they host."""
        return {
            "sessions": await planning.sessions_of_speaker(db, row.id) if row else [],
            "tables": await planning.tables_of_speaker(db, row.id) if row else [],
        }

    async def add(self, db: AsyncSession, event: Event, typed: SpeakerForm) -> None:
        await speakers.create(db, event.id, typed.email or "", **typed.details())

    async def change(self, db: AsyncSession, row: Speaker, typed: SpeakerForm) -> None:
        await speakers.change(db, row, typed.email or "", **typed.details())

    async def remove(self, db: AsyncSession, row: Speaker) -> None:
        """Take a speaker off the agenda; sessions and tables stay, without them."""
        await speakers.remove(db, row)


SPEAKERS = SpeakerResource()


async def invite(request: Request) -> Response:
    """Mail a speaker the link to their own page."""
    base_url = request.app.state.settings.base_url
    async with entering(request, SPEAKERS.action, writing=True) as (db, event):
        speaker = await SPEAKERS.row_of(request, db, event)
        await inviting.invite(db, event, speaker, base_url, datetime.now(UTC))
    return redirect(request, "speaker_edit", event=event.slug, speaker=speaker.id, notice="speaker-invited")
