"""Organisers sign in with a password and a code that is good once."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request

from server.models import Event, Person, SignIn
from server.pages.sign_in import WRONG
from server.trust import passwords
from server.trust.sign_in import NOBODY
from server.web.rate_limits import BY_ADDRESS, CODES
from tests.factory import Factory

PASSWORD = "kettle orbit maple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = timedelta(seconds=30)


@pytest.fixture
async def olive(make: Factory, event: Event) -> Person:
    return await make.organiser(event, password_hash=await passwords.hashed(PASSWORD), authenticator=SECRET)


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


async def test_a_code_may_be_typed_in_the_digits_of_any_script(client: httpx.AsyncClient, olive: Person) -> None:
    arabic = code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert (await sign_in(client, olive.email, code="²²²²²²")).status_code == 422
    assert (await sign_in(client, olive.email, code=arabic)).status_code == 303


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
    """The answer says that there were too many attempts, and until when; it blames neither password nor code."""
    for _ in range(10):
        assert (await sign_in(client, olive.email, password="a guess", code="000000")).status_code == 422
    answer = await sign_in(client, olive.email)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert "too many attempts" in answer.text
    assert re.search(r"again in (a minute|1?\d minutes), at \d\d:\d\d UTC", answer.text)
    assert WRONG not in answer.text
    assert not client.cookies


async def test_an_account_that_does_not_exist_has_the_same_limit(client: httpx.AsyncClient) -> None:
    answers = [await sign_in(client, "nobody@example.org") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


@pytest.fixture
async def elsewhere(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client at another address."""
    transport = httpx.ASGITransport(app=app, client=("198.51.100.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://plenary.test") as client:
        yield client


async def test_strangers_elsewhere_lock_nobody_out(
    client: httpx.AsyncClient, elsewhere: httpx.AsyncClient, olive: Person
) -> None:
    for _ in range(11):
        await sign_in(elsewhere, olive.email, password="a guess", code="000000")
    assert (await sign_in(client, olive.email)).status_code == 303


async def test_neighbours_lock_nobody_out_of_a_browser_of_theirs(
    client: httpx.AsyncClient, app: Starlette, make: Factory, olive: Person
) -> None:
    """A script at the organiser's own address uses up what that address has, for this account and for all."""
    neighbour = Request({"type": "http", "client": ("127.0.0.1", 1), "state": {"viewer": NOBODY}})
    for n in range(BY_ADDRESS["sign-in"].amount):
        await app.state.limits.spend_attempt(neighbour, olive.email if n < 10 else f"{n}@example.org", None)
    assert (await sign_in(client, olive.email)).status_code == 429
    client.cookies.update(await make.cookie(olive, strong=True))
    async with make.database.writing() as db:
        (row,) = (await db.exec(select(SignIn))).all()
        row.ended_at = datetime.now(UTC)
    assert (await sign_in(client, olive.email)).status_code == 303


async def test_a_mailed_join_link_gives_no_attempts_of_its_own(
    client: httpx.AsyncClient, make: Factory, olive: Person
) -> None:
    for _ in range(10):
        await sign_in(client, olive.email, password="a guess")
    client.cookies.update(await make.cookie(olive, strong=False))
    assert (await sign_in(client, olive.email)).status_code == 429


async def test_a_code_cannot_be_guessed_from_many_addresses(app: Starlette, olive: Person) -> None:
    """Each address has its own attempts; all of them together have few codes."""
    for _ in range(CODES.amount - 1):
        await app.state.limits.spend_code(str(olive.id))
    answers = []
    for n in range(3):
        transport = httpx.ASGITransport(app=app, client=(f"198.51.100.{n}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://plenary.test") as client:
            answers.append((await sign_in(client, olive.email, code="000000")).status_code)
    assert answers == [422, 429, 429]


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
