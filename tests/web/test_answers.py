"""Errors as answers: pages for people, one line of text for programs."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.web.answers import told_plainly
from server.web.errors import NotFound, NotInTime, SignInNeeded, TooMany
from tests.fixtures import BASE

ERRORS = {
    "/gone": NotFound("There is no such stage."),
    "/stranger": SignInNeeded("Please send the key."),
    "/fast": TooMany("Please wait a moment.", retry_after=3),
    "/slow": NotInTime("It has not come yet."),
}


async def handler(request: Request) -> Response:
    raise ERRORS[request.url.path.removeprefix("/encoder")]


@pytest.fixture
async def program() -> AsyncIterator[httpx.AsyncClient]:
    """A program that asks for addresses, each of which ends in an error; those of encoders name a challenge."""
    routes = [Route(path, told_plainly()(handler)) for path in ERRORS]
    routes += [Route(f"/encoder{path}", told_plainly(challenge="Bearer")(handler)) for path in ERRORS]
    transport = httpx.ASGITransport(app=Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


@pytest.mark.parametrize(("path", "status"), [("/gone", 404), ("/stranger", 401), ("/fast", 429), ("/slow", 503)])
async def test_a_program_is_told_in_one_line(program: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await program.get(path)
    assert (answer.status_code, answer.text) == (status, f"{ERRORS[path].sentence}\n")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_a_program_that_was_too_fast_is_told_when_to_come_back(program: httpx.AsyncClient) -> None:
    assert (await program.get("/fast")).headers["retry-after"] == "3"
    assert "retry-after" not in (await program.get("/gone")).headers


async def test_only_a_program_that_could_sign_in_is_told_by_which_scheme(program: httpx.AsyncClient) -> None:
    assert (await program.get("/encoder/stranger")).headers["www-authenticate"] == "Bearer"
    for path in ("/stranger", "/encoder/gone"):
        assert "www-authenticate" not in (await program.get(path)).headers
