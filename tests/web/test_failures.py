"""However a request fails, the answer carries the headers of security that every page carries."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.web import errors
from server.web.errors import Away, PageError, TooMany
from tests.fixtures import BASE

ALWAYS = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
    "cache-control",
    "x-request-id",
)
REFUSED: dict[int, dict[str, Any]] = {
    303: {"method": "GET", "url": "/devices"},
    400: {"method": "POST", "url": "/sign-in", "headers": {"content-type": "multipart/form-data"}, "content": b"x"},
    403: {"method": "POST", "url": "/sign-in", "headers": {"sec-fetch-site": "cross-site"}},
    404: {"method": "GET", "url": "/nothing/is/here"},
    405: {"method": "DELETE", "url": "/sign-in"},
    413: {"method": "POST", "url": "/sign-in", "headers": {"content-length": "9" * 5000}},
    422: {"method": "POST", "url": "/sign-in", "data": {"email": "nobody"}},
}
"""A request that ends in each status."""


def page_errors() -> Iterator[tuple[PageError, int]]:
    """One error of each kind that any page raises, with its status."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, PageError):
            yield (TooMany("Please wait.", 3) if kind is TooMany else kind("Please go back.")), kind.status


UNFORESEEN = [(RuntimeError("a mistake of ours"), 500), (UnicodeEncodeError("ascii", "é", 0, 1, "ours"), 500)]
ERRORS = [*page_errors(), (ConnectionRefusedError("the database is away"), Away.status), *UNFORESEEN]


def failing(app: Starlette, error: Exception) -> httpx.AsyncClient:
    """A visitor of the application, in which the page at /failing ends in this error."""

    async def page(request: Request) -> Response:
        raise error

    app.router.routes.insert(0, Route("/failing", page))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=BASE)


def missing(answer: httpx.Response) -> list[str]:
    return [name for name in ALWAYS if name not in answer.headers]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("status", REFUSED)
async def test_a_refusal_is_as_safe_as_a_page(client: httpx.AsyncClient, status: int, accept: str) -> None:
    request = REFUSED[status]
    answer = await client.request(**{**request, "headers": {**request.get("headers", {}), "accept": accept}})
    assert answer.status_code in {status, 401} if status == 303 else answer.status_code == status
    assert missing(answer) == []


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(("error", "status"), ERRORS, ids=[type(error).__name__ for error, _ in ERRORS])
async def test_an_error_is_as_safe_as_a_page(app: Starlette, error: Exception, status: int, accept: str) -> None:
    async with failing(app, error) as client:
        answer = await client.get("/failing", headers={"accept": accept})
    assert answer.status_code in ({status, 303} if status == 401 else {status})
    assert missing(answer) == []


@pytest.mark.parametrize(("error", "status"), UNFORESEEN)
async def test_an_unforeseen_error_is_still_raised_to_be_logged(app: Starlette, error: Exception, status: int) -> None:
    failing(app, error)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        with pytest.raises(type(error)):
            await client.get("/failing")
