"""Meeting at a table: taking a seat, waiting for one, keeping it, talking; each refusal says what to do instead."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import NetworkingTable
from server.store import name_tags, seating, tables
from server.store.seating import SeatRefused
from server.web.errors import Conflict

P = ParamSpec("P")
T = TypeVar("T")

REFUSALS = {
    "event closed": "The event is closed, and so are its tables.",
    "closed": "This table is closed. The lounge shows which others are open.",
    "full": "Somebody was faster: every seat is taken or kept. You can wait for the next one.",
    "free": "A seat is free. You need not wait: just take it.",
    "seated": "You are seated at this table already.",
    "not seated": "You are not seated at this table.",
    "waiting": "You are in the queue already.",
    "no offer": "This seat is no longer kept for you. You can wait for the next one.",
}
"""The sentence for each reason of `SeatRefused`."""


def _explained(act: Callable[P, Awaitable[T]], sentences: Mapping[str, str] = REFUSALS) -> Callable[P, Awaitable[T]]:
    """The same act of seating, which raises Conflict with a sentence where the seating refuses it."""

    @wraps(act)
    async def explained(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await act(*args, **kwargs)
        except SeatRefused as refused:
            raise Conflict(sentences[refused.reason]) from refused

    return explained


sit = _explained(seating.take_seat)
leave = _explained(seating.leave_seat)
wait = _explained(seating.join_queue)
stop_waiting = _explained(seating.leave_queue)
accept_offer = _explained(seating.accept_offer)
free_seat = _explained(seating.free_seat, {"not seated": "That seat is free already."})


async def keep_seat(db: AsyncSession, table_id: UUID, person_id: UUID, now: datetime) -> None:
    """Note that somebody is at their table. Raises Conflict when the seat is theirs no more."""
    if not await seating.keep_seat(db, table_id, person_id, now=now):
        raise Conflict(REFUSALS["not seated"])


async def show_name(db: AsyncSession, table: NetworkingTable, person_id: UUID, *, shows_name: bool) -> None:
    """Change the name tag of somebody who sits at a table. Raises Conflict when they sit there no more."""
    seat = await seating.seat_of(db, table.event_id, person_id)
    if seat is None or seat.table_id != table.id:
        raise Conflict(REFUSALS["not seated"])
    await name_tags.put_on(db, table.id, person_id, shows_name=shows_name)


async def say(db: AsyncSession, table: NetworkingTable, person_id: UUID, text: str, *, is_seated: bool) -> None:
    """Write a message at a table. Somebody who runs it without a seat does so by name."""
    if not is_seated:
        await name_tags.put_on(db, table.id, person_id, shows_name=True)
    await tables.say(db, table.id, person_id, text)
