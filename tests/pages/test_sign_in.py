"""Organisers sign in with a password and a code that is good once."""

from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from server.models import Event, Person
from server.pages.sign_in import WRONG
from server.trust import passwords
from tests.factory import Factory

PASSWORD = "kettle orbit maple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = timedelta(seconds=30)


@pytest.fixture
async def olive(make: Factory, event: Event) -> Person:
    return await make.organiser(event, password_hash=await passwords.hashed(PASSWORD), totp_secret=SECRET)


def code(steps_away: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(datetime.now(UTC) + steps_away * STEP)


async def sign_in(client: httpx.AsyncClient, email: str, **fields: str) -> httpx.Response:
    return await client.post("/sign-in", data={"email": email, "password": PASSWORD, "code": code(), **fields})


async def test_password_and_code_open_the_console(client: httpx.AsyncClient, olive: Person, event: Event) -> None:
    answer = await sign_in(client, olive.email.upper())
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/{event.slug}/console"
    assert (await client.get(answer.headers["location"])).status_code == 200


async def test_a_code_may_be_typed_in_two_groups(client: httpx.AsyncClient, olive: Person) -> None:
    now = code()
    assert (await sign_in(client, olive.email, code=f"{now[:3]} {now[3:]}")).status_code == 303


async def test_a_code_is_good_once(client: httpx.AsyncClient, olive: Person) -> None:
    used = code()
    assert (await sign_in(client, olive.email, code=used)).status_code == 303
    client.cookies.clear()
    assert (await sign_in(client, olive.email, code=used)).status_code == 422


async def test_an_older_code_is_dead_once_a_newer_one_was_used(client: httpx.AsyncClient, olive: Person) -> None:
    older = code(-1)
    await sign_in(client, olive.email)
    client.cookies.clear()
    assert (await sign_in(client, olive.email, code=older)).status_code == 422


async def test_whatever_does_not_fit_gets_the_same_answer(
    client: httpx.AsyncClient, make: Factory, event: Event, olive: Person
) -> None:
    delegate = await make.delegate(event)
    answers = [
        await sign_in(client, olive.email, password="not the password"),
        await sign_in(client, olive.email, code="000000"),
        await sign_in(client, "nobody@example.org"),
        await sign_in(client, delegate.email),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert all(WRONG in answer.text for answer in answers)
    assert not client.cookies


async def test_an_account_cannot_be_tried_for_ever(client: httpx.AsyncClient, olive: Person) -> None:
    for _ in range(10):
        await sign_in(client, olive.email, password="a guess", code="000000")
    assert (await sign_in(client, olive.email)).status_code == 422


async def test_signing_in_leads_on_to_a_page_of_ours_only(client: httpx.AsyncClient, olive: Person) -> None:
    assert (await sign_in(client, olive.email, then="/devices")).headers["location"] == "/devices"
    client.cookies.clear()
    elsewhere = await sign_in(client, olive.email, then="//evil.example/", code=code(1))
    assert elsewhere.headers["location"].endswith("/console")


async def test_a_join_link_by_mail_does_not_open_the_console(
    client: httpx.AsyncClient, make: Factory, olive: Person, event: Event
) -> None:
    client.cookies.update(await make.cookie(olive, strong=False))
    assert (await client.get(f"/{event.slug}/console")).status_code == 403


async def test_signing_out_ends_the_sign_in(
    client: httpx.AsyncClient, make: Factory, olive: Person, event: Event
) -> None:
    cookie = await make.cookie(olive, strong=True)
    client.cookies.update(cookie)
    assert (await client.post("/sign-out")).status_code == 303
    client.cookies.update(cookie)
    assert (await client.get("/devices")).headers["location"].startswith("/sign-in")


async def test_a_stranger_at_the_console_is_asked_to_sign_in(client: httpx.AsyncClient, event: Event) -> None:
    answer = await client.get(f"/{event.slug}/console")
    assert answer.headers["location"] == f"/sign-in?then=/{event.slug}/console"
