"""The browsers in which a person is signed in."""

import uuid

import httpx
import pytest

from server.models import Person, SignIn
from server.rules.tokens import token_hash
from server.store import credentials, rights
from server.store.engine.database import Database
from tests.factory import Factory
from tests.notices import left_by


@pytest.fixture
async def amina(make: Factory, client: httpx.AsyncClient) -> Person:
    """A person who is signed in here and in another browser."""
    amina = await make.delegate(await make.event())
    client.cookies.update(await make.cookie(amina))
    return amina


async def browsers(database: Database, person: Person) -> list[SignIn]:
    async with database.reading() as db:
        return list(await credentials.open_sign_ins(db, person.id))


async def elsewhere(client: httpx.AsyncClient, make: Factory, database: Database, person: Person) -> uuid.UUID:
    """The sign-in of another browser of this person."""
    (token,) = (await make.cookie(person)).values()
    return next(row.id for row in await browsers(database, person) if row.token_hash == token_hash(token))


async def test_another_browser_is_ended_and_its_sockets_hear_of_it(
    client: httpx.AsyncClient, make: Factory, database: Database, amina: Person
) -> None:
    other = await elsewhere(client, make, database, amina)
    async with database.reading() as db:
        before = await rights.changes_since(db, None)
    answer = await client.post(f"/devices/{other}/end")
    assert (answer.headers["location"], left_by(answer)) == ("/devices", "device-ended")
    assert other not in {row.id for row in await browsers(database, amina)}
    async with database.reading() as db:
        assert (await rights.changes_since(db, before.revision)).people == {amina.id}


async def test_all_the_others_are_ended_at_once(
    client: httpx.AsyncClient, make: Factory, database: Database, amina: Person
) -> None:
    for _ in range(3):
        await make.cookie(amina)
    await client.post("/devices/others/end")
    assert len(await browsers(database, amina)) == 1
    assert (await client.get("/devices")).status_code == 200


async def test_nobody_ends_somebody_elses_sign_in(
    client: httpx.AsyncClient, make: Factory, database: Database, amina: Person
) -> None:
    ben = await make.person("Ben")
    other = await elsewhere(client, make, database, ben)
    assert (await client.post(f"/devices/{other}/end")).status_code == 404
    assert len(await browsers(database, ben)) == 1


async def test_strangers_are_sent_to_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/devices")).headers["location"].startswith("/sign-in")
