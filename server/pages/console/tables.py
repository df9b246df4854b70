"""The networking tables in the console."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, NetworkingTable
from server.store import agenda, hosting, speakers, tables
from server.web.errors import Conflict
from server.web.forms import NOT_OFFERED, Form, SeveralLines
from server.web.resource import Resource

FEWEST_SEATS, MOST_SEATS = 2, 8


class TableForm(Form):
    title: str = Field(min_length=2, max_length=120)
    topic: SeveralLines = Field(default="", max_length=400)
    speaker: uuid.UUID | None = None
    session: uuid.UUID | None = None
    seats: int = Field(default=6, ge=FEWEST_SEATS, le=MOST_SEATS)

    def columns(self) -> dict[str, Any]:
        """The values as a table's columns hold them."""
        details = self.model_dump(include={"title", "topic", "seats"})
        return {**details, "speaker_id": self.speaker, "session_id": self.session}


class TableResource(Resource[NetworkingTable, TableForm]):
    one, many, templates = "table", "console_tables", "console/tables"
    action = "table.edit"
    form = TableForm

    async def rows_of(self, db: AsyncSession, event: Event) -> Sequence[Any]:
        return await tables.lounge(db, event.id)

    async def row_with(self, db: AsyncSession, event: Event, row_id: uuid.UUID) -> NetworkingTable | None:
        found = await tables.table_with(db, event.id, row_id)
        return found.table if found else None

    async def values_of(self, db: AsyncSession, row: NetworkingTable) -> dict[str, Any]:
        links = {"speaker": str(row.speaker_id or ""), "session": str(row.session_id or "")}
        return {"title": row.title, "topic": row.topic, "seats": str(row.seats), **links}

    async def problems(
        self, db: AsyncSession, event: Event, row: NetworkingTable | None, typed: TableForm
    ) -> dict[str, str]:
        wrong = {}
        if typed.speaker and await speakers.speaker_with(db, event.id, typed.speaker) is None:
            wrong["speaker"] = NOT_OFFERED
        if typed.session and typed.session not in {value for value, _ in await sessions_of(db, event)}:
            wrong["session"] = NOT_OFFERED
        if row is not None and (beyond := await hosting.seated_beyond(db, row.id, typed.seats)):
            wrong["seats"] = f"{beyond} of those seated would lose their seat. Ask them to move first."
        return wrong

    async def beside(self, db: AsyncSession, event: Event, row: NetworkingTable | None) -> dict[str, Any]:
        return {
            "speakers": [(speaker.id, speaker.name) for speaker in await speakers.speakers_of(db, event.id)],
            "sessions": await sessions_of(db, event),
            "has_facts": row is not None and await hosting.has_facts(db, row.id),
        }

    async def add(self, db: AsyncSession, event: Event, typed: TableForm) -> None:
        await hosting.create(db, event.id, **typed.columns())

    async def change(self, db: AsyncSession, row: NetworkingTable, typed: TableForm) -> None:
        await hosting.change(db, row, now=datetime.now(UTC), **typed.columns())

    async def remove(self, db: AsyncSession, row: NetworkingTable) -> None:
        """Delete a table. Raises Conflict once anybody has sat at it."""
        if await hosting.has_facts(db, row.id):
            raise Conflict("People have sat at this table, and the report counts them. You can close it instead.")
        await hosting.remove(db, row)


TABLES = TableResource()


async def sessions_of(db: AsyncSession, event: Event) -> Sequence[tuple[uuid.UUID, str]]:
    items = await agenda.agenda(db, event, datetime.now(UTC))
    return [(item.session.id, item.session.title) for item in items]
