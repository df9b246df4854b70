"""The security log as an organiser reads it, and what sign-ins and rights leave in it."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
from sqlmodel import col, select
from starlette.applications import Starlette
from structlog.testing import capture_logs

from server.acts import erasing
from server.models import Event, Person, SecurityEntry
from server.rules.security_log import KEPT
from server.store import security_log
from server.store.engine.database import Database
from server.store.security_log import Actor, Subject
from server.trust import passwords
from server.web import security_log as requests_log
from server.web.security_log import REFUSALS_OF_ALL, REFUSALS_OF_ONE
from tests.factory import Factory

PASSWORD, SECRET = "kettle orbit maple", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def path(event: Event) -> str:
    return f"/{event.slug}/console/security-log"


@pytest.fixture
async def account(make: Factory, event: Event) -> Person:
    """An organiser with a password, who is not signed in."""
    return await make.organiser(event, "Olga", password_hash=await passwords.hashed(PASSWORD), authenticator=SECRET)


async def sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    code = pyotp.TOTP(SECRET).at(datetime.now(UTC))
    return await client.post("/sign-in", data={"email": email, "password": password, "code": code})


async def entries(database: Database) -> Sequence[SecurityEntry]:
    async with database.reading() as db:
        return (await db.exec(select(SecurityEntry).order_by(col(SecurityEntry.at)))).all()


async def told(database: Database) -> list[tuple[str, str]]:
    return [(entry.action, entry.outcome) for entry in await entries(database)]


async def note(database: Database, actor: Actor, action: str, subject: Subject, count: int = 1) -> None:
    async with database.writing() as db:
        security_log.act_as(db, lambda: actor)
        for _ in range(count):
            security_log.note(db, action, subject)


async def test_a_sign_in_and_a_failed_one_are_noted_without_what_was_typed(
    client: httpx.AsyncClient, database: Database, account: Person
) -> None:
    await sign_in(client, account.email, "not the password")
    await sign_in(client, "nobody-known@example.org")
    await sign_in(client, account.email)
    made = await entries(database)
    assert [(each.action, each.outcome, each.person_id, each.subject_id) for each in made] == [
        ("sign-in", "refused", None, account.id),
        ("sign-in", "refused", None, None),
        ("sign-in", "done", account.id, account.id),
    ]
    assert {each.address for each in made} == {"127.0.0.1"}
    held = repr([each.model_dump() for each in made])
    assert "example.org" not in held
    assert PASSWORD not in held


async def test_signing_out_and_a_wrong_present_password_are_noted(
    client: httpx.AsyncClient, database: Database, account: Person
) -> None:
    await sign_in(client, account.email)
    new = {"present": "wrong", "password": "seven plum lanterns", "again": "seven plum lanterns", "secret": SECRET}
    await client.post("/sign-in/security", data={**new, "code": pyotp.TOTP(SECRET).at(datetime.now(UTC))})
    await client.post("/sign-out")
    assert await told(database) == [("sign-in", "done"), ("password.set", "refused"), ("sign-out", "done")]


async def test_links_that_never_were_are_noted_within_bounds(app: Starlette, database: Database) -> None:
    """Nobody fills the disk: of one address and of all together only so many are kept, and the last one says so."""
    one, all_of_them = REFUSALS_OF_ONE.amount, REFUSALS_OF_ALL.amount
    for sender in range(all_of_them // one + 2):
        transport = httpx.ASGITransport(app=app, client=(f"198.51.100.{sender}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://plenary.test") as client:
            for _ in range(one + 5):
                await client.post("/join/a-link-that-never-was")
    made = await entries(database)
    assert len(made) == all_of_them
    first = [each.outcome for each in made if each.address == "198.51.100.0"]
    assert first == ["refused"] * (one - 1) + ["full"]
    assert made[-1].outcome == "full"


async def test_a_sender_cannot_write_lines_of_their_own(app: Starlette, database: Database) -> None:
    hostile = 'fe80::1%x\n{"action": "sign-in"}'
    transport = httpx.ASGITransport(app=app, client=(hostile, 1))
    with capture_logs() as lines:
        async with httpx.AsyncClient(transport=transport, base_url="http://plenary.test") as client:
            await client.post("/join/a%0Alink")
            await sign_in(client, "olive%0A@example.org\n")
    made = await entries(database)
    assert [each.address for each in made] == ["fe80::1"]
    assert [line["address"] for line in lines if line["event"] == "security"] == ["fe80::1"]


async def test_an_act_is_one_line_for_machines_once_it_is_committed(
    database: Database, make: Factory, event: Event
) -> None:
    person = await make.person("Ben")
    actor = Actor(person.id, "organiser", "198.51.100.7", event.id)
    with capture_logs() as lines:
        await note(database, actor, "grant.give", Subject("person", person.id))
        with pytest.raises(ZeroDivisionError):
            async with database.writing() as db:
                security_log.note(db, "grant.take", Subject("person", person.id))
                raise ZeroDivisionError
    assert lines == [
        {
            "event": "security",
            "log_level": "info",
            "of_event": str(event.id),
            "person_id": str(person.id),
            "role": "organiser",
            "action": "grant.give",
            "subject": "person",
            "subject_id": str(person.id),
            "address": "198.51.100.7",
            "outcome": "done",
        }
    ]
    assert await told(database) == [("grant.give", "done")]


async def test_roles_are_noted_with_whom_they_were_given_to(
    client: httpx.AsyncClient, database: Database, make: Factory, event: Event, olive: Person
) -> None:
    fields = {"name": "Chidi", "email": "chidi@example.org", "role": "", "organisation": "", "about": ""}
    await client.post(f"/{event.slug}/console/speakers/new", data=fields)
    given = next(each for each in await entries(database) if each.action == "grant.give")
    assert (given.person_id, given.role, given.detail, given.event_id) == (olive.id, "organiser", "speaker", event.id)
    page = (await client.get(f"/{event.slug}/console/security-log?action=grant.give")).text
    assert "Chidi" in page
    assert "Olive" in page


async def test_an_empty_log_and_an_empty_filter_say_what_to_do(
    client: httpx.AsyncClient, database: Database, make: Factory, event: Event, path: str
) -> None:
    person = await make.organiser(event)
    client.cookies.update(await make.cookie(person, strong=True))
    async with database.writing() as db:
        for entry in await db.exec(select(SecurityEntry)):
            await db.delete(entry)
    assert "Nothing yet" in (await client.get(path)).text
    page = (await client.get(f"{path}?action=stage.direct")).text
    assert "Nothing of the kind" in page
    assert "download" not in page


async def test_the_log_is_read_by_act_by_person_and_by_page(
    client: httpx.AsyncClient, database: Database, make: Factory, event: Event, olive: Person, path: str
) -> None:
    ben = await make.person("Benjamin")
    here = Actor(ben.id, "producer", "198.51.100.7", event.id)
    await note(database, here, "session.move", Subject("session", None), security_log.PAGE + 1)
    page = (await client.get(path)).text
    assert "Benjamin" in page
    assert "198.51.100.7" in page
    assert "Page 1 of 2" in page
    assert "Move a session" in (await client.get(f"{path}?page=2")).text
    assert "Benjamin" not in (await client.get(f"{path}?person={olive.id}")).text
    assert "Only what Benjamin did" in (await client.get(f"{path}?person={ben.id}&action=session.move")).text
    for nonsense in ("?person=nobody", "?action=no-such", "?page=x", "?person=%0A"):
        assert (await client.get(path + nonsense)).status_code == 200


async def test_an_organiser_sees_the_event_and_its_crew_and_nothing_else(
    client: httpx.AsyncClient, database: Database, make: Factory, event: Event, olive: Person, path: str
) -> None:
    other = await make.event()
    oscar, amina = await make.organiser(other, "Oscar"), await make.delegate(event, "Amina")
    await note(
        database, Actor(oscar.id, "organiser", "198.51.100.1", other.id), "event.edit", Subject("event", other.id)
    )
    await note(database, Actor(address="198.51.100.2"), "sign-in", Subject("person", oscar.id))
    await note(database, Actor(address="198.51.100.3"), "sign-in", Subject("person", amina.id))
    await note(database, Actor(address="198.51.100.4"), "link.use", Subject("", None))
    await note(database, Actor(address="198.51.100.5"), "sign-in", Subject("person", olive.id))
    page = (await client.get(path)).text
    assert [n for n in range(1, 6) if f"198.51.100.{n}" in page] == [5]
    await make.grant(olive, "organiser", "installation")
    page = (await client.get(path)).text
    assert [n for n in range(1, 6) if f"198.51.100.{n}" in page] == [2, 3, 4, 5]


async def test_the_log_is_taken_along_as_csv_without_names(
    client: httpx.AsyncClient, database: Database, make: Factory, event: Event, olive: Person, path: str
) -> None:
    await note(
        database, Actor(olive.id, "organiser", "198.51.100.7", event.id), "event.edit", Subject("event", event.id)
    )
    answer = await client.get(f"{path}.csv.zip?action=event.edit")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("security_log.csv").decode())))
        readme = archive.read("README.md").decode()
    [row] = rows
    assert (row["person"], row["action"], row["address"]) == (str(olive.id), "event.edit", "198.51.100.7")
    assert "Olive" not in repr(rows)
    assert "`outcome`" in readme
    assert (await told(database))[-1] == ("log.read", "done")


async def test_an_erased_person_leaves_acts_without_a_name_or_an_address(
    client: httpx.AsyncClient, database: Database, make: Factory, event: Event, olive: Person, path: str
) -> None:
    ben = await make.person("Benjamin")
    await note(
        database, Actor(ben.id, "speaker", "198.51.100.7", event.id), "backstage.join", Subject("person", ben.id)
    )
    async with database.writing() as db:
        await erasing.erase(db, ben.id, datetime.now(UTC))
    page = (await client.get(path)).text
    assert "Go backstage" in page
    assert "Somebody who is not here any more" in page
    assert "Benjamin" not in page
    assert "198.51.100.7" not in page
    assert ben.id not in {id_ for each in await entries(database) for id_ in (each.person_id, each.subject_id)}


async def test_entries_go_when_they_are_old(app: Starlette, database: Database, event: Event) -> None:
    now = datetime.now(UTC)
    async with database.writing() as db:
        for age in (KEPT - timedelta(minutes=1), KEPT + timedelta(minutes=1)):
            db.add(SecurityEntry(action="event.edit", event_id=event.id, at=now - age))
    await requests_log.clear(app)
    [kept] = await entries(database)
    assert now - kept.at < KEPT


@pytest.mark.parametrize("role", ["producer", "moderator", "help desk", "analyst"])
async def test_only_organisers_read_it(
    client: httpx.AsyncClient, make: Factory, event: Event, path: str, role: str
) -> None:
    person = await make.person("Petra")
    await make.grant(person, role, "event", event.id)
    client.cookies.update(await make.cookie(person, strong=True))
    assert (await client.get(path)).status_code == 403
    assert 'security-log"' not in (await client.get(f"/{event.slug}/console")).text
