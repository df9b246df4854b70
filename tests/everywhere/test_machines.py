"""Errors at the addresses of machines: a line of text with its status, whichever layer refuses."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from starlette.routing import Route

from server.pages import machines
from server.web.middleware import MAX_BODY_BYTES
from tests.everywhere.cases import address, endpoints
from tests.everywhere.conftest import Demo
from tests.fixtures import BASE

Ask = Callable[..., Awaitable[httpx.Response]]
MACHINES = sorted(key for key, route in endpoints().items() if route.endpoint.__module__.startswith(machines.__name__))
"""The method and the path of every address in the wing of machines."""
WITH_PARTS = sorted(key for key in MACHINES if "{" in key[1])


@pytest.fixture
async def ask(shared: Demo) -> AsyncIterator[Ask]:
    """A program without any sign-in, which gets the answer to an unforeseen error instead of the error."""
    transport = httpx.ASGITransport(shared.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client.request


def is_plain(answer: httpx.Response, status: int) -> bool:
    """True for the status with one line of text, or with none in the answer to HEAD."""
    assert answer.status_code == status
    return answer.headers["content-type"].startswith("text/plain") and bool(re.fullmatch("[A-Z][^\n<]+\n", answer.text))


@pytest.mark.parametrize(("method", "path"), MACHINES)
async def test_a_body_that_is_announced_too_large_is_refused_plainly(
    method: str, path: str, ask: Ask, shared: Demo
) -> None:
    headers = {"content-length": str(MAX_BODY_BYTES + 1)}
    assert is_plain(await ask(method, address(path, shared.world), headers=headers), 413)


@pytest.mark.parametrize("path", sorted({path for _, path in MACHINES}))
async def test_a_method_that_an_address_does_not_take_is_refused_plainly(path: str, ask: Ask, shared: Demo) -> None:
    answer = await ask("PURGE", address(path, shared.world))
    assert is_plain(answer, 405)
    assert answer.headers["allow"]


@pytest.mark.parametrize(("method", "path"), WITH_PARTS)
async def test_an_address_of_nothing_is_refused_plainly(method: str, path: str, ask: Ask, shared: Demo) -> None:
    """The first part names nothing: either it is not written as such a name, or there is no such row."""
    part = re.findall(r"{(\w+)", path)[0]
    for nothing in ("nothing-here", "%00"):
        assert is_plain(await ask(method, address(path, shared.world, {part: nothing})), 404), nothing


@pytest.mark.parametrize(("method", "path"), [key for key in MACHINES if key[0] not in ("GET", "OPTIONS")])
async def test_a_request_from_another_site_is_refused_plainly(method: str, path: str, ask: Ask, shared: Demo) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    assert is_plain(await ask(method, address(path, shared.world), headers=headers), 403)


@pytest.mark.parametrize(("error", "status"), [(RuntimeError("ours"), 500), (ConnectionRefusedError("away"), 503)])
async def test_a_fault_is_told_plainly(
    error: Exception, status: int, ask: Ask, shared: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Route, "handle", fail)
    for method, path in MACHINES:
        assert is_plain(await ask(method, address(path, shared.world)), status), path
