"""Permissions of every command on the wire: it works for people who may send it, and leaves nothing for others."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import pytest
from sqlmodel import select

from rooms.beat import Beat
from rooms.hub import Hub
from rooms.protocol import (
    AnyCommand,
    AnyNotice,
    Changed,
    Command,
    Denied,
    Hello,
    Playing,
    ReactionSend,
    Refused,
    Taken,
    Welcome,
)
from server.live.conversation import HANDLERS
from server.models import Event, Session, SignIn
from server.rules.tokens import token_hash
from tests.everywhere.conftest import Demo
from tests.everywhere.world import VISITORS, World
from tests.rooms.fakes import Listener

INSIDE = {"delegate", "speaker", "organiser"}
SIGNED_IN = [visitor for visitor in VISITORS if visitor != "stranger"]
"""The visitors with a connection: a stranger, who is not signed in, gets none."""
SENDER = "00000000000000aa"


@dataclass(frozen=True)
class Case:
    """A case for one command.

    `command` makes it from a session's id. `gets` is the notice in answer to people who may send it, and `else_gets`
    that in answer to others; None for no answer.
    """

    command: Callable[[str], Command]
    gets: type[AnyNotice] | None
    else_gets: type[AnyNotice] | None


CASES: dict[type[Any], Case] = {
    Hello: Case(lambda session: Hello([f"session:{session}"]), Welcome, Denied),
    ReactionSend: Case(lambda session: ReactionSend(session, SENDER, 1, "clap"), Taken, Refused),
    Playing: Case(lambda session: Playing(f"session:{session}", playing=True), None, None),
}


def test_every_command_has_a_case_and_a_handler() -> None:
    assert CASES.keys() == HANDLERS.keys() == set(get_args(AnyCommand))


@pytest.mark.parametrize("visitor", SIGNED_IN)
@pytest.mark.parametrize("kind", CASES)
async def test_a_command_works_for_people_who_may_send_it_and_leaves_nothing_for_others(
    kind: type[Any], visitor: str, demo: Demo
) -> None:
    world = demo.world
    session, person, sign_in = await asked_by(world, visitor)
    hub, listener, case = demo.app.state.hub, Listener(), CASES[kind]
    connection = hub.connect(person, sign_in, listener)
    before = await world.stored()
    await told(hub, connection, case.command(session))
    await Beat(hub).commit()
    answers = {type(notice) for notice in listener.notices} - {Changed}
    expected = case.gets if visitor in INSIDE else case.else_gets
    assert answers == ({expected} if expected else set())
    changed = {name for name, rows in (await world.stored()).items() if rows != before[name]}
    stores = {"reaction", "tally"} if kind is ReactionSend and visitor in INSIDE else set()
    assert changed == stores
    hub.disconnect(connection)


async def told(hub: Hub, connection: Any, command: Command) -> None:
    """Handle a command, and wait for its handler where that is a coroutine."""
    rest = HANDLERS[type(command)](hub, connection, command)
    if rest is not None:
        await rest


async def asked_by(world: World, visitor: str) -> tuple[str, uuid.UUID, uuid.UUID]:
    """The ids of the demo's live session, of the visitor's person, and of the visitor's sign-in."""
    [token] = world.cookies[visitor].values()
    async with world.make.database.reading() as db:
        sign_in = (await db.exec(select(SignIn).where(SignIn.token_hash == token_hash(token)))).one()
        live = select(Session).join(Event).where(Event.slug == world.params["event"])
        session = (await db.exec(live.where(Session.slug == world.params["session"]))).one()
    return str(session.id), sign_in.person_id, sign_in.id
