"""The layers that every request passes through."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message
from structlog.testing import capture_logs

from server.store import credentials
from server.trust import sign_in
from server.web.middleware import MAX_BODY_BYTES
from tests.factory import Factory
from tests.fixtures import BASE


async def test_a_page_carries_a_strict_policy_with_a_fresh_nonce(client: httpx.AsyncClient) -> None:
    first, second = [await client.get("/sign-in") for _ in range(2)]
    policies = [page.headers["content-security-policy"] for page in (first, second)]
    assert policies[0] != policies[1]
    assert all("default-src 'none'" in policy and "unsafe" not in policy for policy in policies)
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://elsewhere.example"}],
)
async def test_a_form_sent_from_another_site_is_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await client.post("/sign-out", headers=headers)
    assert answer.status_code == 403
    assert "sent from another site" in answer.text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": BASE}, {}])
async def test_our_own_forms_pass(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.post("/sign-out", headers=headers)).status_code == 303


async def test_a_body_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sign-in", data={"email": "x" * (MAX_BODY_BYTES + 1)})
    assert answer.status_code == 413


async def test_a_large_body_that_does_not_say_so_is_refused_too(client: httpx.AsyncClient) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * (MAX_BODY_BYTES // 2)

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await client.post("/sign-in", content=unannounced(), headers=headers)).status_code == 413


async def test_a_line_that_breaks_in_mid_body_is_no_mistake_of_ours(app: Starlette) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sign-in",
        "query_string": b"",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
        "client": ("127.0.0.1", 1),
    }
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)

    await app(scope, receive, send)
    assert said[0]["status"] == 400


async def test_an_ended_sign_in_is_nobody(client: httpx.AsyncClient, make: Factory) -> None:
    person = await make.person()
    client.cookies.update(await make.cookie(person))
    assert (await client.get("/devices")).status_code == 200
    async with make.database.writing() as db:
        viewer = await sign_in.viewer_with(db, next(iter(client.cookies.jar)).value or "")
        assert viewer.sign_in is not None
        await credentials.end_sign_in(db, person.id, viewer.sign_in.id, datetime.now(UTC))
    assert (await client.get("/devices")).status_code == 303


async def test_an_unknown_address_gets_a_page_with_a_way_on(client: httpx.AsyncClient) -> None:
    answer = await client.get("/no-such-event")
    assert answer.status_code == 404
    assert "<main" in answer.text
    asked = await client.get("/no-such-event", headers={"accept": "application/json"})
    assert asked.json()["error"] == "We could not find that page"


async def test_the_log_does_not_hold_what_lets_somebody_in(client: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        await client.get("/join/a-secret-token")
        await client.get("/livez")
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/join/…", "/livez"]
