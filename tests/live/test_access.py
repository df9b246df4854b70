"""The admission of people to rooms, and their audiences."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from rooms.errors import UnknownRoom
from rooms.protocol import Audience
from server.live.access import SqlAccess
from server.models import SignIn
from server.store import credentials
from server.trust import sign_in


@pytest.fixture
def access(database):
    return SqlAccess(database)


@pytest.fixture
def signed_in(make, database):
    async def sign(person, *, strong: bool = False) -> uuid.UUID:
        [token] = (await make.cookie(person, strong=strong)).values()
        async with database.reading() as db:
            statement = select(SignIn.id).where(SignIn.token_hash == sign_in.token_hash(token))
            return (await db.exec(statement)).one()

    return sign


async def test_a_delegate_may_be_in_every_room_of_their_event(access, make, event, signed_in):
    amara = await signed_in(await make.delegate(event))
    session, table = await make.session(event), await make.table(event)
    for room in (f"event:{event.id}", f"session:{session.id}", f"table:{table.id}"):
        assert await access.audience(amara, room) == Audience.DELEGATES


@pytest.mark.parametrize("state", ["held", "waitlisted", "released", "cancelled"])
async def test_who_has_no_place_may_not(access, make, event, signed_in, state):
    person = await make.person()
    await make.registration(event, person, state=state, confirmed_at=None)
    assert await access.audience(await signed_in(person), f"event:{event.id}") is None


async def test_a_delegate_of_another_event_may_not(access, make, event, signed_in):
    stranger = await signed_in(await make.delegate(await make.event()))
    session = await make.session(event)
    assert await access.audience(stranger, f"session:{session.id}") is None


async def test_an_organiser_is_crew_only_where_they_signed_in_strongly(access, make, event, signed_in):
    organiser = await make.organiser(event)
    room = f"event:{event.id}"
    assert await access.audience(await signed_in(organiser, strong=True), room) == Audience.CREW
    assert await access.audience(await signed_in(organiser), room) is None


async def test_the_help_desk_is_neither_crew_nor_among_the_delegates(access, make, event, signed_in):
    helper = await make.person()
    await make.grant(helper, "help desk", "event", event.id)
    room = f"event:{event.id}"
    assert await access.audience(await signed_in(helper, strong=True), room) == Audience.HELP_DESK


async def test_a_host_hears_their_own_table_and_no_other(access, make, event, signed_in):
    host = await make.delegate(event)
    own, other = await make.table(event), await make.table(event)
    await make.grant(host, "host", "table", own.id)
    signed = await signed_in(host)
    assert await access.audience(signed, f"table:{own.id}") == Audience.SEATED
    assert await access.audience(signed, f"table:{other.id}") == Audience.DELEGATES


async def test_a_draft_is_for_the_crew(access, make, signed_in):
    draft = await make.event(state="draft")
    room = f"event:{draft.id}"
    assert await access.audience(await signed_in(await make.delegate(draft)), room) is None
    assert await access.audience(await signed_in(await make.organiser(draft), strong=True), room) == Audience.CREW


async def test_a_sign_in_that_ended_is_nobody(access, make, event, database, signed_in):
    amara = await make.delegate(event)
    here, there = await signed_in(amara), await signed_in(amara)
    async with database.writing() as db:
        await credentials.end_sign_in(db, amara.id, here, datetime.now(UTC))
    assert await access.audience(here, f"event:{event.id}") is None
    assert await access.ended({here, there}) == {here}
    assert await access.audience(there, f"event:{event.id}") == Audience.DELEGATES


@pytest.mark.parametrize("kind", ["event", "session", "table"])
async def test_a_room_of_nothing_is_unknown(access, make, event, signed_in, kind):
    amara = await signed_in(await make.delegate(event))
    with pytest.raises(UnknownRoom):
        await access.audience(amara, f"{kind}:{uuid.uuid4()}")
