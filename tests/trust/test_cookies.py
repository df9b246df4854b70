"""The things that a browser keeps, and for how long: cookies, caches, storage, and the passwords that people type."""

import base64
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from server.models import Event, Person
from server.pages.security import SecurityForm
from server.rules.tokens import new_token
from server.settings import Settings
from server.trust import passwords, sign_in
from server.web import notices
from server.web.forms import check
from server.web.middleware import SecurityHeaders
from tests.factory import Factory

HTTPS = Settings(public_url="https://conference.example.org")


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
async def olive(make: Factory, event: Event, client: httpx.AsyncClient) -> Person:
    person = await make.organiser(event)
    client.cookies.update(await make.cookie(person, strong=True))
    return person


def signed_in(response: Response) -> None:
    sign_in.set_cookie(response, HTTPS, "a-token")


def noticed(response: Response) -> None:
    app = SimpleNamespace(state=SimpleNamespace(settings=HTTPS))
    notices.leave(Request({"type": "http", "app": app}), response, "saved", "/mse")


@pytest.mark.parametrize(("leave", "named"), [(signed_in, "__Host-plenary"), (noticed, "__Host-notice")])
def test_a_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(
    leave: Callable[[Response], None], named: str
) -> None:
    response = Response()
    leave(response)
    name, *rest = response.headers["set-cookie"].split("; ")
    assert name.partition("=")[0] == named
    assert {"HttpOnly", "SameSite=lax", "Secure", "Path=/"} <= set(rest)
    assert not any(part.lower().startswith("domain") for part in rest)


def test_no_other_module_sets_a_cookie() -> None:
    """Every cookie has its row in the test above."""
    server = Path(sign_in.__file__).parent.parent
    modules = {path.relative_to(server).as_posix(): path.read_text() for path in server.rglob("*.py")}
    setting = {name for name, text in modules.items() if "set_cookie(" in text}
    assert setting == {"trust/sign_in.py", "web/notices.py", "pages/sign_in.py", "pages/join.py"}
    for page in ("pages/sign_in.py", "pages/join.py"):
        assert ".set_cookie(" not in (server / page).read_text().replace("sign_in.set_cookie(", "")


async def test_browsers_are_told_to_come_by_https_alone() -> None:
    """Only an installation with an https address says so."""
    for settings, told in (
        (HTTPS, "max-age=31536000; includeSubDomains"),
        (Settings(public_url="http://x.test"), None),
    ):
        transport = httpx.ASGITransport(app=SecurityHeaders(Response("hello"), settings))
        async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
            assert (await client.get("/")).headers.get("strict-transport-security") == told


async def test_every_answer_carries_the_headers_that_keep_browsers_safe(
    client: httpx.AsyncClient, olive: Person, event: Event
) -> None:
    for path in (
        "/",
        f"/{event.slug}/console",
        "/no-such-page",
        "/livez",
        "/devices",
        "/static/css/app.css",
        "/join/x",
    ):
        told = (await client.get(path)).headers
        policy = told["content-security-policy"]
        assert all(part in policy for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")), path
        assert told["x-content-type-options"] == "nosniff", path
        assert told["referrer-policy"] == "same-origin", path
        assert told["cross-origin-opener-policy"] == "same-origin", path


async def test_every_text_says_in_which_characters_it_is_written(
    client: httpx.AsyncClient, olive: Person, event: Event
) -> None:
    for path in ("/", "/no-such-page", "/livez", f"/{event.slug}/agenda.ics", "/static/css/app.css"):
        kind = (await client.get(path)).headers["content-type"]
        assert kind == "application/json" or kind.lower().endswith("charset=utf-8"), (path, kind)


async def test_personal_pages_are_kept_by_no_cache(client: httpx.AsyncClient, olive: Person, event: Event) -> None:
    for path in ("console", "console/registrations", "my-data", "my-data/download", "report", "report/export.json"):
        kept = (await client.get(f"/{event.slug}/{path}")).headers["cache-control"]
        assert "no-store" in kept, path


async def test_signing_out_empties_what_the_browser_keeps(client: httpx.AsyncClient, olive: Person) -> None:
    answer = await client.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"storage"'
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def test_every_page_of_somebody_signed_in_has_the_way_out(
    client: httpx.AsyncClient, olive: Person, event: Event
) -> None:
    for path in ("/devices", "/sign-in/security", f"/{event.slug}", f"/{event.slug}/console", f"/{event.slug}/my-data"):
        assert 'action="/sign-out"' in (await client.get(path)).text, path


async def test_a_password_is_masked_and_may_be_pasted(client: httpx.AsyncClient, olive: Person) -> None:
    pages = [(await client.get("/sign-in/security")).text, (await client.get("/sign-in")).text]
    for page, autocomplete in zip(pages, ("new-password", "current-password"), strict=True):
        assert 'type="password"' in page
        assert f'autocomplete="{autocomplete}"' in page
        assert "onpaste" not in page


@pytest.mark.parametrize(
    "password",
    ["kettle orbit maple", "ƔЖ日本語 kettle orbit maple 🫖", "k" + "ettle orbit maple lantern plum seven " * 3],
    ids=["words alone", "every script", "more than sixty-four characters"],
)
async def test_a_password_may_be_made_of_anything(password: str) -> None:
    password = password.strip()
    typed = {"password": password, "again": password, "secret": "A" * 32, "code": "123456"}
    form = check(SecurityForm, typed)
    assert form.input is not None
    assert form.input.password == password
    stored = await passwords.hashed(password)
    assert await passwords.matches(stored, password)
    assert not await passwords.matches(stored, password.upper())
    assert not await passwords.matches(stored, password[:-1])


async def test_a_password_is_kept_as_argon2id() -> None:
    assert (await passwords.hashed("kettle orbit maple")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_token_is_of_256_random_bits() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(base64.urlsafe_b64decode(f"{token}=")) for token in tokens} == {32}


async def test_no_address_answers_trace(client: httpx.AsyncClient, olive: Person, event: Event) -> None:
    for path in ("/", "/sign-in", f"/{event.slug}", f"/{event.slug}/console", "/static/css/app.css", "/livez"):
        assert (await client.request("TRACE", path)).status_code == 405, path
