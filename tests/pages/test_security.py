"""An organiser sets a password and an authenticator."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
from sqlmodel import col, select, update

from server.acts import timekeeping
from server.models import Event, Mail, Person, SignIn
from server.rules.sign_ins import STRONG_IDLE, STRONG_LONGEST
from server.settings import Settings
from server.store import credentials, join_links, rights
from server.store.engine.database import Database
from server.trust import one_time_codes, passwords
from server.trust.secret import load_secret
from tests.factory import Factory

PASSWORD = "kettle orbit maple"


@pytest.fixture
async def olive(make: Factory, event: Event, client: httpx.AsyncClient) -> Person:
    """An organiser who has just come in by her first link."""
    olive = await make.organiser(event)
    client.cookies.update(await make.cookie(olive, strong=True))
    return olive


async def offered_secret(client: httpx.AsyncClient) -> str:
    found = re.search(r'name="secret" value="(\w+)"', (await client.get("/sign-in/security")).text)
    assert found
    return found[1]


async def save(client: httpx.AsyncClient, key: str, **fields: str) -> httpx.Response:
    code = pyotp.TOTP(key).at(datetime.now(UTC))
    values = {"password": PASSWORD, "again": PASSWORD, "secret": key, "code": code, **fields}
    return await client.post("/sign-in/security", data=values)


async def stored(database: Database, person: Person) -> Person:
    async with database.reading() as db:
        return await db.get_one(Person, person.id)


async def test_both_are_set_once_a_code_shows_that_the_app_has_the_key(
    client: httpx.AsyncClient, settings: Settings, database: Database, olive: Person, event: Event
) -> None:
    secret = await offered_secret(client)
    answer = await save(client, secret)
    assert answer.headers["location"].startswith(f"/{event.slug}/console")
    person = await stored(database, olive)
    assert one_time_codes.opened(load_secret(settings), person.totp_secret) == secret
    assert await passwords.matches(person.password_hash, PASSWORD)


async def test_the_code_that_confirmed_the_app_does_not_sign_in(client: httpx.AsyncClient, olive: Person) -> None:
    secret = await offered_secret(client)
    await save(client, secret)
    client.cookies.clear()
    code = pyotp.TOTP(secret).at(datetime.now(UTC))
    answer = await client.post("/sign-in", data={"email": olive.email, "password": PASSWORD, "code": code})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"code": "000000"}, "This code does not fit"),
        ({"again": "kettle orbit birch"}, "The two passwords differ"),
        ({"password": "too short", "again": "too short"}, "at least 12 characters"),
        ({"secret": "AAAA"}, "This page was not complete"),
    ],
)
async def test_what_does_not_fit_changes_nothing(
    client: httpx.AsyncClient, database: Database, olive: Person, fields: dict[str, str], sentence: str
) -> None:
    answer = await save(client, await offered_secret(client), **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert PASSWORD not in answer.text
    assert (await stored(database, olive)).password_hash is None


@pytest.mark.parametrize(
    "password", ["password1234", "Password1234!", "qwertyuiop123", "aaaaaaaaaaaa", "123456789012", "{title}2026"]
)
async def test_a_password_that_is_easy_to_guess_is_refused(
    client: httpx.AsyncClient, database: Database, olive: Person, event: Event, password: str
) -> None:
    password = password.format(title=event.title.replace(" ", ""))
    answer = await save(client, await offered_secret(client), password=password, again=password)
    assert answer.status_code == 422
    assert "easy to guess" in answer.text
    assert "several words" in answer.text
    assert (await stored(database, olive)).password_hash is None


async def test_changing_them_asks_for_the_present_password_and_ends_the_other_browsers(
    client: httpx.AsyncClient, make: Factory, database: Database, olive: Person
) -> None:
    await save(client, await offered_secret(client))
    await make.cookie(olive)
    assert (await save(client, await offered_secret(client), present="a guess at it")).status_code == 422
    assert (await save(client, await offered_secret(client), present=PASSWORD)).status_code == 303
    async with database.reading() as db:
        rows = (await db.exec(select(SignIn).where(SignIn.person_id == olive.id))).all()
    assert sorted(row.ended_at is None for row in rows) == [False, True]


async def test_a_mail_tells_the_person_and_opens_nothing(
    client: httpx.AsyncClient, database: Database, olive: Person, event: Event
) -> None:
    await save(client, await offered_secret(client), code="000000")
    await save(client, await offered_secret(client))
    async with database.reading() as db:
        [mail] = (await db.exec(select(Mail).where(Mail.kind == "credentials-set"))).all()
    assert (mail.recipient, mail.event_id) == (olive.email, event.id)
    assert "ask whoever runs this server for a fresh link" in mail.text
    assert "/join/" not in mail.text + mail.html


async def test_whoever_holds_a_mailed_link_cannot_set_a_password(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    client.cookies.update(await make.cookie(await make.delegate(event)))
    assert (await client.get("/sign-in/security")).status_code == 403


async def come_by_link(client: httpx.AsyncClient, database: Database, person: Person, event: Event) -> str:
    """Come in by a fresh link of the shell; its address."""
    client.cookies.clear()
    async with database.writing() as db:
        token = await join_links.create(db, person, event, lands_on="/sign-in/security", strong=True)
    assert (await client.post(f"/join/{token}")).status_code == 303
    return f"/join/{token}"


async def test_the_first_link_ends_when_the_password_is_set(
    client: httpx.AsyncClient, database: Database, make: Factory, event: Event
) -> None:
    olive = await make.organiser(event)
    link = await come_by_link(client, database, olive, event)
    assert (await save(client, await offered_secret(client))).status_code == 303
    client.cookies.clear()
    assert (await client.post(link)).status_code == 410


async def test_who_lost_the_password_sets_a_new_one_by_a_fresh_link_once(
    client: httpx.AsyncClient, database: Database, olive: Person, event: Event
) -> None:
    await save(client, await offered_secret(client))
    await come_by_link(client, database, olive, event)
    secret, other = await offered_secret(client), "river window lemon"
    assert (await save(client, secret, password=other, again=other)).status_code == 303
    assert await passwords.matches((await stored(database, olive)).password_hash, other)
    again = await save(client, await offered_secret(client))
    assert "This is not your present password" in again.text


@pytest.mark.parametrize(
    ("used", "made"), [(STRONG_IDLE, STRONG_IDLE), (timedelta(0), STRONG_LONGEST)], ids=["unused", "a day old"]
)
async def test_a_strong_sign_in_ends_whatever_its_cookie_says(
    client: httpx.AsyncClient, database: Database, olive: Person, event: Event, used: timedelta, made: timedelta
) -> None:
    console, now = f"/{event.slug}/console", datetime.now(UTC)
    assert (await client.get(console)).status_code == 200
    async with database.writing() as db:
        times = {"seen_at": now - used, "created_at": now - made}
        await db.exec(update(SignIn).where(col(SignIn.person_id) == olive.id).values(**times))
    answer = await client.get(console)
    assert answer.headers["location"] == f"/sign-in?then={console}"
    assert "Please sign in again" in (await client.get(answer.headers["location"])).text
    await timekeeping.do_due(database, now)
    async with database.reading() as db:
        assert await credentials.open_sign_ins(db, olive.id) == []
        assert olive.id in (await rights.changes_since(db, 0)).people


async def test_a_sign_in_that_stays_connected_is_in_use(database: Database, make: Factory, event: Event) -> None:
    olive = await make.organiser(event)
    await make.cookie(olive, strong=True)
    now = datetime.now(UTC) + STRONG_IDLE
    async with database.writing() as db:
        [here] = await credentials.open_sign_ins(db, olive.id)
        await credentials.note_use(db, [here.id], now)
        await credentials.end_expired(db, now)
    async with database.reading() as db:
        assert [row.id for row in await credentials.open_sign_ins(db, olive.id)] == [here.id]
