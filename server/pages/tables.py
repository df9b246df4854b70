"""One networking table: its seats, its queue and its messages."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from msgspec import to_builtins
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts import meeting
from server.models import NetworkingTable, Person
from server.store import name_tags, seating, tables, topic_states, waiting
from server.store.tables import SetTable
from server.web.entrance import entering, may, person_who, require
from server.web.errors import Forbidden, Invalid, NotFound
from server.web.forms import Form, FormState, pressed, read_form
from server.web.templating import redirect, render

LONGEST_MESSAGE = 500

Act = Callable[..., Awaitable[Any]]


class MessageForm(Form):
    """A message to the people at the table."""

    text: str = Field(min_length=1, max_length=LONGEST_MESSAGE)


class SeatForm(Form):
    """The box beside the button that takes a seat: "no" stands under it, for the case that it is not ticked."""

    shows_name: Literal["yes", "no"]


async def show(request: Request) -> Response:
    """The table, with an empty form for a message."""
    return await page(request, FormState())


async def page(request: Request, form: FormState[MessageForm], status_code: int = 200) -> Response:
    """The table as this person sees it: its messages are for the people seated there, its host and the organisers."""
    async with at_table(request) as (db, found, person):
        number = found.number_of(person.id)
        entry = await waiting.entry_of(db, found.table.id, person.id)
        position = await waiting.place_in_queue(db, entry) if entry else None
        seat = await seating.seat_of(db, found.table.event_id, person.id)
        may_listen = number is not None or runs(request, found)
        lines = await tables.last_messages(db, found.table.id) if may_listen else []
        tag = await name_tags.tag_of(db, found.table.id, person.id)
        suggests_name = await name_tags.suggested(db, found.table.event_id, person.id)
    return render(
        request,
        "tables/show.html",
        status_code=status_code,
        form=form,
        table=found,
        drawn=to_builtins(topic_states.seats(found)),
        person_id=person.id,
        number=number,
        entry=entry,
        position=position,
        sits_elsewhere=seat is not None and number is None,
        may_listen=may_listen,
        runs=runs(request, found),
        messages=lines,
        shows_name=tag is not None and tag.shows_name,
        suggests_name=suggests_name,
        longest=LONGEST_MESSAGE,
    )


@asynccontextmanager
async def at_table(request: Request, *, writing: bool = False) -> AsyncIterator[tuple[AsyncSession, SetTable, Person]]:
    """Open a transaction, with the table that the address names and the person who asks.

    Raises NotFound, or what `person_who` raises.
    """
    async with entering(request, writing=writing) as (db, event):
        person = person_who(request, "event.attend", table_id=request.path_params["table"])
        found = await tables.table_with(db, event.id, request.path_params["table"])
        if found is None:
            raise NotFound("There is no table at this address. The lounge shows them all.")
        yield db, found, person


def runs(request: Request, found: SetTable) -> bool:
    """True when the viewer hosts this table or organises the event."""
    return may(request, "table.host", table_id=found.table.id)


async def act(request: Request, deed: Act, notice: str) -> Response:
    """Do one act of seating and return to the table. Raises Conflict when it is not possible (any more)."""
    await request.app.state.limits.spend(request, "write")
    async with at_table(request, writing=True) as (db, found, person):
        await deed(db, found.table, person.id, now=datetime.now(UTC))
    return to_table(request, found.table, notice)


async def sit(request: Request) -> Response:
    """Take a seat, by name when the box is ticked."""
    return await act(request, partial(meeting.sit, shows_name=await is_named(request)), "seated")


async def is_named(request: Request) -> bool:
    """True when the box of the form is ticked. Raises Invalid for an answer that it does not give."""
    form = await read_form(request, SeatForm)
    if form.input is None:
        raise Invalid("Please use the page's own buttons.")
    return form.input.shows_name == "yes"


async def show_name(request: Request) -> Response:
    """Show one's name at the table where one sits, or hide it."""
    await request.app.state.limits.spend(request, "write")
    said = await pressed(request, "shows_name", ("yes", "no"))
    async with at_table(request, writing=True) as (db, found, person):
        await meeting.show_name(db, found.table, person.id, shows_name=said == "yes")
    return to_table(request, found.table, "name-shown" if said == "yes" else "name-hidden")


async def leave(request: Request) -> Response:
    return await act(request, meeting.leave, "seat-left")


async def keep(request: Request) -> Response:
    """Note that the person still has the table's page open. Raises Conflict when the seat is no longer theirs."""
    async with at_table(request, writing=True) as (db, found, person):
        await meeting.keep_seat(db, found.table.id, person.id, datetime.now(UTC))
    return Response(status_code=204)


async def free(request: Request) -> Response:
    """The host frees a seat that its person does not leave."""
    async with at_table(request, writing=True) as (db, found, _):
        require(request, "table.host", table_id=found.table.id)
        await meeting.free_seat(db, found.table, request.path_params["number"], now=datetime.now(UTC))
    return to_table(request, found.table, "seat-freed")


async def wait(request: Request) -> Response:
    return await act(request, meeting.wait, "queued")


async def stop_waiting(request: Request) -> Response:
    return await act(request, meeting.stop_waiting, "queue-left")


async def answer_offer(request: Request) -> Response:
    """Accept the seat that is kept, or let it go to the next."""
    said = (await request.form(max_files=0)).get("answer")
    if said not in ("accept", "decline"):
        raise Invalid("Please use the page's own buttons.")
    if said == "accept":
        return await act(request, partial(meeting.accept_offer, shows_name=await is_named(request)), "seated")
    return await act(request, meeting.stop_waiting, "offer-declined")


async def say(request: Request) -> Response:
    """Write a message to the people at the table."""
    await request.app.state.limits.spend(request, "write")
    form = await read_form(request, MessageForm)
    if form.input is None:
        return await page(request, form, 422)
    async with at_table(request, writing=True) as (db, found, person):
        is_seated = found.number_of(person.id) is not None
        if not is_seated and not runs(request, found):
            raise Forbidden("The talk is for people at the table. Take a seat first.")
        await meeting.say(db, found.table, person.id, form.input.text, is_seated=is_seated)
    return to_table(request, found.table, "", anchor="talk")


async def remove_message(request: Request) -> Response:
    """Remove a message: the host any, everybody their own."""
    message_id: uuid.UUID = request.path_params["message"]
    async with at_table(request, writing=True) as (db, found, person):
        author = await tables.author_of(db, found.table.id, message_id)
        if author is None:
            raise NotFound("That message is gone already.")
        if author != person.id:
            require(request, "table.host", table_id=found.table.id)
        await tables.remove_message(db, found.table.id, message_id)
    return to_table(request, found.table, "message-removed", anchor="talk")


async def open_or_close(request: Request) -> Response:
    """The host closes the table, or opens it again."""
    said = (await request.form(max_files=0)).get("move")
    async with at_table(request, writing=True) as (db, found, _):
        require(request, "table.host", table_id=found.table.id)
        if said == "close":
            await seating.close_table(db, found.table, now=datetime.now(UTC))
        elif said == "open":
            await seating.open_table(db, found.table)
        else:
            raise Invalid("Please use the page's own buttons.")
    return to_table(request, found.table, f"table-{said}")


def to_table(request: Request, table: NetworkingTable, notice: str, anchor: str = "") -> Response:
    event = request.state.event
    return redirect(request, "table", event=event.slug, table=table.id, notice=notice, anchor=anchor)
