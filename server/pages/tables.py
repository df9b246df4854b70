"""One networking table: its seats, its queue, its talk."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from msgspec import to_builtins
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.models import NetworkingTable, Person
from server.store import seating, tables, topic_states, waiting
from server.store.seating import SeatRefused
from server.store.tables import SetTable
from server.web.entrance import event_of, require
from server.web.errors import Conflict, Forbidden, Invalid, NotFound
from server.web.forms import Form, FormState, read_form
from server.web.templating import redirect, render

LONGEST_MESSAGE = 500
REFUSALS = {
    "closed": "This table is closed. The lounge shows which others are open.",
    "full": "Somebody was faster: every seat is taken or kept. You can wait for the next one.",
    "free": "A seat is free. You need not wait: just take it.",
    "seated": "You are seated at this table already.",
    "not seated": "You are not seated at this table.",
    "waiting": "You are in the queue already.",
    "no offer": "This seat is no longer kept for you. You can wait for the next one.",
}
"""What to say for each reason of `seating.Refused`."""

Act = Callable[..., Awaitable[Any]]


class MessageForm(Form):
    text: str = Field(min_length=1, max_length=LONGEST_MESSAGE)


async def show(request: Request) -> Response:
    return await page(request, FormState())


async def page(request: Request, form: FormState[MessageForm], status_code: int = 200) -> Response:
    """The table as this person sees it: talk is for those who are seated, and for who runs the table."""
    async with request.app.state.db.reading() as db:
        found, person = await arrive(request, db)
        number = found.number_of(person.id)
        entry = await waiting.entry_of(db, found.table.id, person.id)
        ahead = await waiting.place_in_queue(db, entry) if entry else None
        seat = await seating.seat_of(db, found.table.event_id, person.id)
        may_listen = number is not None or runs(request, found)
        lines = await tables.last_messages(db, found.table.id) if may_listen else []
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
        place=ahead,
        sits_elsewhere=seat is not None and number is None,
        may_listen=may_listen,
        runs=runs(request, found),
        messages=lines,
        longest=LONGEST_MESSAGE,
    )


async def arrive(request: Request, db: AsyncSession) -> tuple[SetTable, Person]:
    """The table that the address names, and who looks. Raises NotFound, or what `require` raises."""
    event = await event_of(request, db)
    person = require(request, "event.attend", table_id=request.path_params["table"]).person
    assert person is not None
    found = await tables.table_with(db, event.id, request.path_params["table"])
    if found is None:
        raise NotFound("There is no table at this address. The lounge shows them all.")
    return found, person


def runs(request: Request, found: SetTable) -> bool:
    """Whether the viewer hosts this table or organises the event."""
    try:
        require(request, "table.host", table_id=found.table.id)
    except Forbidden:
        return False
    return True


async def act(request: Request, deed: Act, notice: str) -> Response:
    """Do one act of seating and return to the table. Raises Conflict where it is not possible (any more)."""
    await request.app.state.limits.spend(request, "write")
    async with request.app.state.db.writing() as db:
        found, person = await arrive(request, db)
        try:
            await deed(db, found.table, person.id, now=datetime.now(UTC))
        except SeatRefused as refused:
            raise Conflict(REFUSALS[refused.reason]) from refused
    return to_table(request, found.table, notice)


async def sit(request: Request) -> Response:
    return await act(request, seating.take_seat, "seated")


async def leave(request: Request) -> Response:
    return await act(request, seating.leave_seat, "seat-left")


async def keep(request: Request) -> Response:
    """The page of somebody who is seated says that it is open. Raises Conflict when the seat is theirs no more."""
    async with request.app.state.db.writing() as db:
        found, person = await arrive(request, db)
        if not await seating.keep_seat(db, found.table.id, person.id, now=datetime.now(UTC)):
            raise Conflict(REFUSALS["not seated"])
    return Response(status_code=204)


async def free(request: Request) -> Response:
    """The host lets a seat go whose person does not."""
    async with request.app.state.db.writing() as db:
        found, _ = await arrive(request, db)
        require(request, "table.host", table_id=found.table.id)
        try:
            await seating.free_seat(db, found.table, request.path_params["number"], now=datetime.now(UTC))
        except SeatRefused as refused:
            raise Conflict("That seat is free already.") from refused
    return to_table(request, found.table, "seat-freed")


async def wait(request: Request) -> Response:
    return await act(request, seating.join_queue, "queued")


async def stop_waiting(request: Request) -> Response:
    return await act(request, seating.leave_queue, "queue-left")


async def answer_offer(request: Request) -> Response:
    """Accept the seat that is kept, or let it go to the next."""
    said = (await request.form(max_files=0)).get("answer")
    if said not in ("accept", "decline"):
        raise Invalid("Please use the page's own buttons.")
    if said == "accept":
        return await act(request, seating.accept_offer, "seated")
    return await act(request, seating.leave_queue, "offer-declined")


async def say(request: Request) -> Response:
    """Say something to those who are seated."""
    await request.app.state.limits.spend(request, "write")
    form = await read_form(request, MessageForm)
    if form.input is None:
        return await page(request, form, 422)
    async with request.app.state.db.writing() as db:
        found, person = await arrive(request, db)
        if found.number_of(person.id) is None and not runs(request, found):
            raise Forbidden("The talk is for those who are seated. Take a seat first.")
        await tables.say(db, found.table.id, person.id, form.input.text)
    return to_table(request, found.table, "", anchor="talk")


async def remove_message(request: Request) -> Response:
    """The host takes a message away; everybody may take back their own."""
    message_id: uuid.UUID = request.path_params["message"]
    async with request.app.state.db.writing() as db:
        found, person = await arrive(request, db)
        author = await tables.author_of(db, found.table.id, message_id)
        if author is None:
            raise NotFound("That message is gone already.")
        if author != person.id:
            require(request, "table.host", table_id=found.table.id)
        await tables.remove_message(db, found.table.id, message_id)
    return to_table(request, found.table, "message-removed", anchor="talk")


async def open_or_close(request: Request) -> Response:
    """The host closes the table for everybody, or opens it again."""
    said = (await request.form(max_files=0)).get("move")
    async with request.app.state.db.writing() as db:
        found, _ = await arrive(request, db)
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
