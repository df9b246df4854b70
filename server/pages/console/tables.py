"""The lounge's tables, as the organiser sets them up."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.models import Event, NetworkingTable
from server.store import agenda, hosting, speakers, tables
from server.web.entrance import entering
from server.web.errors import Conflict, NotFound
from server.web.forms import Form, FormState, read_form
from server.web.templating import redirect, render

FEWEST_SEATS, MOST_SEATS = 2, 8
OF_THE_EVENT = "Please choose one of the answers offered."


class TableForm(Form):
    title: str = Field(min_length=2, max_length=120)
    topic: str = Field(default="", max_length=400)
    speaker: uuid.UUID | None = None
    session: uuid.UUID | None = None
    seats: int = Field(default=6, ge=FEWEST_SEATS, le=MOST_SEATS)

    def columns(self) -> dict[str, Any]:
        """The values as a table's columns hold them."""
        details = self.model_dump(include={"title", "topic", "seats"})
        return {**details, "speaker_id": self.speaker, "session_id": self.session}


async def index(request: Request) -> Response:
    async with entering(request, "table.edit") as (db, event):
        rows = await tables.lounge(db, event.id)
    return render(request, "console/tables/index.html", tables=rows)


async def new(request: Request) -> Response:
    async with entering(request, "table.edit") as (db, event):
        return await show(request, db, event, FormState({"seats": "6"}))


async def create(request: Request) -> Response:
    form = await read_form(request, TableForm)
    async with entering(request, "table.edit", writing=True) as (db, event):
        form = await checked(db, event, None, form)
        if form.input is None:
            return await show(request, db, event, form, status_code=422)
        await hosting.create(db, event.id, **form.input.columns())
    return redirect(request, "console_tables", event=event.slug, notice="saved")


async def edit(request: Request) -> Response:
    async with entering(request, "table.edit") as (db, event):
        table = await table_of(request, db, event)
        values = {"title": table.title, "topic": table.topic, "seats": str(table.seats)}
        links = {"speaker": str(table.speaker_id or ""), "session": str(table.session_id or "")}
        return await show(request, db, event, FormState({**values, **links}), table)


async def update(request: Request) -> Response:
    form = await read_form(request, TableForm)
    async with entering(request, "table.edit", writing=True) as (db, event):
        table = await table_of(request, db, event)
        form = await checked(db, event, table, form)
        if form.input is None:
            return await show(request, db, event, form, table, 422)
        await hosting.change(db, table, now=datetime.now(UTC), **form.input.columns())
    return redirect(request, "console_tables", event=event.slug, notice="saved")


async def destroy(request: Request) -> Response:
    """Delete a table at which nobody ever sat. Raises Conflict."""
    async with entering(request, "table.edit", writing=True) as (db, event):
        table = await table_of(request, db, event)
        if await hosting.has_facts(db, table.id):
            raise Conflict("People have sat at this table, and the report counts them. You can close it instead.")
        await hosting.remove(db, table)
    return redirect(request, "console_tables", event=event.slug, notice="deleted")


async def table_of(request: Request, db: AsyncSession, event: Event) -> NetworkingTable:
    """The table that the address names. Raises NotFound."""
    found = await tables.table_with(db, event.id, request.path_params["table"])
    if found is None:
        raise NotFound("There is no such table (any more).")
    return found.table


async def checked(
    db: AsyncSession, event: Event, table: NetworkingTable | None, form: FormState[TableForm]
) -> FormState[TableForm]:
    if form.input is None:
        return form
    typed = form.input
    if typed.speaker and await speakers.speaker_with(db, event.id, typed.speaker) is None:
        form = form.with_error("speaker", OF_THE_EVENT)
    if typed.session and typed.session not in {value for value, _ in await sessions_of(db, event)}:
        form = form.with_error("session", OF_THE_EVENT)
    if table is not None and (beyond := await hosting.seated_beyond(db, table.id, typed.seats)):
        form = form.with_error("seats", f"{beyond} of those seated would lose their seat. Ask them to move first.")
    return form


async def sessions_of(db: AsyncSession, event: Event) -> Sequence[tuple[uuid.UUID, str]]:
    items = await agenda.agenda(db, event, datetime.now(UTC))
    return [(item.session.id, item.session.title) for item in items]


async def show(
    request: Request,
    db: AsyncSession,
    event: Event,
    form: FormState[TableForm],
    table: NetworkingTable | None = None,
    status_code: int = 200,
) -> Response:
    return render(
        request,
        "console/tables/edit.html",
        form=form,
        table=table,
        speakers=[(speaker.id, speaker.name) for speaker in await speakers.speakers_of(db, event.id)],
        sessions=await sessions_of(db, event),
        has_facts=table is not None and await hosting.has_facts(db, table.id),
        status_code=status_code,
    )
