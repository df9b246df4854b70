"""`plenary links`: made-up people, only at rehearsals and demo events."""

import asyncio
import os
import sys
from argparse import Namespace

import httpx
import pytest

from server.commands import UsersError
from server.commands.links import make_lines
from server.settings import Settings
from server.trust.sign_in import cookie_name
from tests.factory import Factory


def asked(event: str, *, role: str = "delegate", count: int = 1, signed_in: bool = False) -> Namespace:
    return Namespace(event=event, role=role, count=count, signed_in=signed_in)


async def test_links_let_their_people_in(client: httpx.AsyncClient, make: Factory, settings: Settings) -> None:
    event = await make.event(kind="rehearsal")
    lines = await make_lines(asked(event.slug, count=3), settings)
    assert len(set(lines)) == 3
    for line in lines:
        client.cookies.clear()
        assert (await client.post(line)).headers["location"] == f"/{event.slug}/lobby"


async def test_cookies_are_ready_to_use(client: httpx.AsyncClient, make: Factory, settings: Settings) -> None:
    event = await make.event(kind="demo")
    for role, path in (("delegate", "lobby"), ("organiser", "console")):
        (line,) = await make_lines(asked(event.slug, role=role, signed_in=True), settings)
        name, _, value = line.partition("=")
        client.cookies.clear()
        client.cookies.set(name, value)
        assert (await client.get(f"/{event.slug}/{path}")).status_code == 200


async def test_a_real_event_has_none(make: Factory, settings: Settings) -> None:
    event = await make.event()
    with pytest.raises(UsersError, match="real event"):
        await make_lines(asked(event.slug), settings)
    with pytest.raises(UsersError, match="no event"):
        await make_lines(asked("nowhere"), settings)


async def test_the_command_prints_nothing_but_what_was_asked_for(make: Factory, settings: Settings) -> None:
    """The log goes to standard error: programs read the cookies."""
    event = await make.event(kind="demo")
    environment = {**os.environ, "PLENARY_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
    words = ["links", event.slug, "--role", "organiser", "--count", "3", "--signed-in"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        *words,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, said = await process.communicate()
    assert [line.partition("=")[0] for line in printed.decode().splitlines()] == [cookie_name(settings)] * 3, said
