"""A name at a table follows its person's wish within two seconds in open rooms, whichever process they are open in.

Two applications over one database stand for two processes whose bus carries nothing between them, which is the worst
case.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from rooms.protocol import Hello
from server.acts import meeting
from server.app import create_app
from server.models import NetworkingTable, Person, Registration, SignIn
from server.rules.tokens import token_hash
from server.settings import Settings
from server.store import people, registrations, seating
from server.store.registrations import Details
from tests.factory import Factory
from tests.rooms.fakes import Listener
from tests.waiting import until

WITHIN_S = 2.0
AMINA, ANNA, NUMBER = ("Amina", "A food bank"), ("Anna", "A food bank"), ("Delegate 1", "")


@dataclass
class Open:
    """A table with Amina at it, and what Ben's page, open at the same table in the first process, was sent."""

    table: NetworkingTable
    amina: Person
    registration: Registration
    listener: Listener
    room: str

    def shown(self) -> tuple[tuple[str, str], list[str]]:
        """The name and the organisation at Amina's seat, and the names beside her messages."""
        state: dict[str, Any] = self.listener.shown(self.room)
        [seat] = [seat for seat in state["seats"]["seats"] if seat["number"] == 1]
        return (seat["name"], seat["organisation"]), [line["name"] for line in state["messages"]["messages"]]


Change = Callable[[Open, AsyncSession], Awaitable[None]]


async def show(here: Open, db: AsyncSession) -> None:
    await meeting.show_name(db, here.table, here.amina.id, shows_name=True)


async def hide(here: Open, db: AsyncSession) -> None:
    await meeting.show_name(db, here.table, here.amina.id, shows_name=False)


async def tick(here: Open, db: AsyncSession) -> None:
    await registrations.change(db, here.registration.id, Details(organisation=AMINA[1], directory=True))


async def untick(here: Open, db: AsyncSession) -> None:
    await registrations.change(db, here.registration.id, Details(organisation=AMINA[1], directory=False))


async def rename(here: Open, db: AsyncSession) -> None:
    await people.rename(db, here.amina.id, ANNA[0])


async def move(here: Open, db: AsyncSession) -> None:
    await registrations.change(db, here.registration.id, Details(organisation="A school", directory=True))


async def cancel(here: Open, db: AsyncSession) -> None:
    await registrations.cancel(db, here.registration, datetime.now(UTC))


CHANGES: dict[str, tuple[bool, Change, tuple[str, str]]] = {
    "the name is shown": (False, show, AMINA),
    "the name is hidden": (True, hide, NUMBER),
    "the tick is set": (False, tick, AMINA),
    "the tick is taken away": (True, untick, NUMBER),
    "the name is changed": (True, rename, ANNA),
    "the organisation is changed": (True, move, ("Amina", "A school")),
    "the registration is cancelled": (True, cancel, ("", "")),
}
"""Each change: whether the name and the tick stood before it, the act, and the seat after it."""


@pytest.fixture
async def applications(settings: Settings) -> AsyncIterator[list[Starlette]]:
    async with AsyncExitStack() as stack:
        apps = [create_app(settings) for _ in range(2)]
        for app in apps:
            await stack.enter_async_context(app.router.lifespan_context(app))
        yield apps


async def opened(apps: list[Starlette], make: Factory, *, is_named: bool) -> Open:
    event = await make.event()
    table, ben = await make.table(event), await make.delegate(event, "Ben")
    amina = await make.person("Amina")
    registration = await make.registration(event, amina, organisation=AMINA[1], directory=is_named)
    async with make.database.writing() as db:
        await seating.take_seat(db, table, amina.id, shows_name=is_named, now=datetime.now(UTC))
        await meeting.say(db, table, amina.id, "Hello", is_seated=True)
        await seating.take_seat(db, table, ben.id, now=datetime.now(UTC))
    [token] = (await make.cookie(ben)).values()
    async with make.database.reading() as db:
        sign_in = (await db.exec(select(SignIn.id).where(SignIn.token_hash == token_hash(token)))).one()
    hub, listener, room = apps[0].state.hub, Listener(), f"table:{table.id}"
    await hub.hello(hub.connect(ben.id, sign_in, listener), Hello([room]))
    return Open(table, amina, registration, listener, room)


@pytest.mark.one_engine
@pytest.mark.parametrize("by", ["the same process", "another process"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_name_follows_its_person_within_two_seconds(
    applications: list[Starlette], make: Factory, change: str, by: str
) -> None:
    is_named, act, seat = CHANGES[change]
    here = await opened(applications, make, is_named=is_named)
    before = AMINA if is_named else NUMBER
    assert here.shown() == (before, [before[0]])
    async with applications[0 if by == "the same process" else 1].state.db.writing() as db:
        await act(here, db)
    author = seat[0] or NUMBER[0]
    await until(lambda: here.shown() == (seat, [author]), WITHIN_S)
