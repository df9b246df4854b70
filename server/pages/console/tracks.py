"""The tracks of the agenda in the console."""

import uuid
from collections.abc import Sequence
from typing import Any, Literal, get_args

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, Track
from server.rules.slugs import slug_of
from server.store import planning, tracks
from server.web.forms import Form, SeveralLines
from server.web.resource import Resource

Colour = Literal["teal", "indigo", "plum", "moss", "ochre", "slate", "sky", "heather"]
"""The track colours of the design system."""
TAKEN = "Another track is called that already. Please choose another name."


class TrackForm(Form):
    title: str = Field(min_length=2, max_length=120)
    summary: SeveralLines = Field(default="", max_length=400)
    colour: Colour = "teal"
    position: int = Field(default=0, ge=0, le=1000)


class TrackResource(Resource[Track, TrackForm]):
    one, many, templates = "track", "tracks", "console/tracks"
    action = "session.edit"
    form = TrackForm

    async def rows_of(self, db: AsyncSession, event: Event) -> Sequence[Any]:
        return await tracks.tracks_with_counts(db, event.id)

    async def row_with(self, db: AsyncSession, event: Event, row_id: uuid.UUID) -> Track | None:
        return await tracks.track_with(db, event.id, row_id)

    async def values_of(self, db: AsyncSession, row: Track) -> dict[str, Any]:
        return {name: getattr(row, name) for name in TrackForm.model_fields}

    async def problems(self, db: AsyncSession, event: Event, row: Track | None, typed: TrackForm) -> dict[str, str]:
        is_taken = await tracks.title_taken(db, event.id, typed.title, row.id if row else None)
        return {"title": TAKEN} if is_taken else {}

    async def beside(self, db: AsyncSession, event: Event, row: Track | None) -> dict[str, Any]:
        return {
            "sessions": await planning.sessions_of_track(db, row.id) if row else 0,
            "colours": [(colour, colour.capitalize()) for colour in get_args(Colour)],
        }

    async def add(self, db: AsyncSession, event: Event, typed: TrackForm) -> None:
        """Add a track at the end of the list: the form for a new one asks for no position."""
        await tracks.create(db, event.id, slug=slug_of(typed.title), **typed.model_dump(exclude={"position"}))

    async def change(self, db: AsyncSession, row: Track, typed: TrackForm) -> None:
        await tracks.change(db, row, **typed.model_dump())

    async def remove(self, db: AsyncSession, row: Track) -> None:
        await tracks.remove(db, row)


TRACKS = TrackResource()
