"""The topology of docker-compose.yml as plain processes: nobody notices which web process is behind nginx, or its end.

A stage's media comes through the media process, the object store and nginx.
"""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from loadtests.topology import COMPOSE, Topology, read
from server.rules.stream_keys import stream_key
from server.settings import Settings
from server.store.engine.database import Database
from server.trust.secret import load_secret
from tests.factory import Factory
from tests.live.page import WITHIN_S, Page, opened
from tests.live.test_processes import here
from tests.stage.conftest import House
from tests.stage.directing import go_on_air
from tests.waiting import until


@pytest.fixture(scope="module")
def topology(engine_folder: Path) -> Iterator[Topology]:
    folder = engine_folder / "topology"
    folder.mkdir()
    with Topology(folder).running() as topology:
        yield topology


@pytest.fixture
async def settings(topology: Topology) -> Settings:
    """The settings of the web processes."""
    environment = topology.services["web-1"].environment
    return Settings(
        data=Path(environment["PLENARY_DATA"]),
        secret=environment["PLENARY_SECRET"],
        database_url=environment["DATABASE_URL"],
        public_url=topology.base,
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database)
    yield database
    await database.close()


async def test_through_nginx_two_web_processes_are_one_and_one_of_them_is_enough(
    topology: Topology, make: Factory
) -> None:
    event = await make.event()
    room = f"session:{(await make.live_session(event)).id}"
    hers, his = [await make.cookie(await make.delegate(event)) for _ in range(2)]

    async with opened(topology.base, hers, room) as one, opened(topology.base, hers, room) as other:
        async with opened(topology.base, his, room) as bens:
            await until_each_has_a_connection(topology)
            pages = [one, other, bens]
            for page in pages:
                await page.until(here(room, 2))
            await bens.react(room, "wow")
            for page in pages:
                await page.until(claps(room, "wow"))
            topology.services["web-1"].kill()
            gone = await first_gone(pages)
        cookie = his if gone is bens else hers
        async with opened(topology.base, cookie, room, open_timeout=WITHIN_S) as back:
            assert claps(room, "wow")(back)
            await back.react(room, "clap")
            await back.until(claps(room, "clap"))
            await next(page for page in (one, other) if page.code is None).until(claps(room, "clap"))
    topology.services["web-1"].start()


async def test_what_a_stage_sends_comes_from_the_store_to_whoever_has_the_key(
    topology: Topology, make: Factory, database: Database, settings: Settings
) -> None:
    event = await make.event()
    stage = await make.stage(event)
    session = await make.session(event, stage_id=stage.id)
    speakers = await make.person("Amara"), await make.person("Ben")
    house = House(event, stage, session, *speakers, await make.organiser(event))
    amina = httpx.AsyncClient(base_url=topology.base, cookies=await make.cookie(await make.delegate(event)), timeout=60)
    anybody = httpx.AsyncClient(base_url=topology.base, timeout=60)
    key = stream_key(load_secret(settings), stage.id, 1)
    async with amina, anybody, publishing(f"{topology.base}/stages/{stage.id}/whip", key):
        await go_on_air(database, house)
        listed = await segments(amina, f"/{event.slug}/sessions/{session.slug}/media/video.m3u8")
        stored = listed[0].rpartition("/")[0]
        assert stored == f"{topology.base}/segments/stored/{session.media_key}"
        for address in (f"{stored}/v-0.mp4", listed[0], listed[0]):
            answer = await anybody.get(address)
            assert (answer.status_code, answer.headers["content-type"][:6]) == (200, "video/")
        for lists in ("segments/stored/", "segments/stored/?list-type=2", f"segments/stored/{session.media_key}/"):
            assert session.media_key not in (await anybody.get(lists)).text
        for method in ("PUT", "DELETE", "POST"):
            assert (await anybody.request(method, listed[0], content=b"another")).status_code in (403, 405)
        topology.services["store"].stop()
        assert (await anybody.get(listed[0])).status_code == 200
        topology.services["store"].start()


FROZEN = {
    "web-1": ({200}, 303),
    "web-2": ({200}, 303),
    "postgres": ({503}, 503),
    "redis": ({200}, 303),
    "media": ({200}, 303),
    "store": ({200}, 303),
}
"""For each process that may be frozen, the statuses of pages meanwhile, and of a form that is sent after them."""
PAGES = 12


@pytest.mark.parametrize("service", FROZEN)
async def test_a_frozen_process_keeps_no_page_for_long_and_is_taken_back_when_it_goes_on(
    service: str, topology: Topology, make: Factory
) -> None:
    event = await make.event()
    pages, form = FROZEN[service]
    async with httpx.AsyncClient(base_url=topology.base, timeout=WITHIN_S) as browser:

        async def ask() -> httpx.Response:
            return await browser.get(f"/{event.slug}")

        async def register() -> int:
            filled = {"name": "Amara", "email": f"amara@{service}.example", "sector": "NHS", "place": "Basildon"}
            return (await browser.post(f"/{event.slug}/registration", data=filled)).status_code

        async def is_well() -> bool:
            before = served(topology, event.slug)
            statuses = {(await ask()).status_code for _ in range(PAGES)}
            after = served(topology, event.slug)
            return statuses == {200} and all(after[name] > before[name] for name in topology.web)

        await until(is_well)
        topology.services[service].pause()
        try:
            answers = await asyncio.gather(*(ask() for _ in range(PAGES)))
            sent = await register()
        finally:
            topology.services[service].resume()
        assert ({answer.status_code for answer in answers}, sent) == (pages, form)
        assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
        await until(is_well)
        assert await register() == 303


def served(topology: Topology, path: str) -> dict[str, int]:
    """The number of times that each web process has answered this path, by its log."""
    return {name: (topology.services[name].folder / "log").read_text().count(f'"/{path}"') for name in topology.web}


async def test_nginx_itself_says_when_to_come_back_and_what_is_not_known(
    topology: Topology, make: Factory, chromium: Browser
) -> None:
    event = await make.event()
    for name in topology.web:
        topology.services[name].kill()
    async with httpx.AsyncClient(base_url=topology.base, timeout=WITHIN_S) as browser:
        page, sent = await browser.get(f"/{event.slug}"), await browser.post(f"/{event.slug}/registration", data={})
        for answer, said in ((page, "Nothing is lost that was confirmed before"), (sent, "whether what you sent")):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert said in answer.text and answer.headers["cache-control"] == "no-store"
    async with await chromium.new_context(viewport={"width": 390, "height": 800}) as context:
        shown = await context.new_page()
        await shown.goto(f"{topology.base}/{event.slug}")
        found = await Axe().run(shown)
        assert found.response["violations"] == []
        for name in topology.web:
            topology.services[name].start()
        await expect(shown.get_by_role("heading", name=event.title).first).to_be_visible(timeout=1_000 * WITHIN_S)


@asynccontextmanager
async def publishing(address: str, key: str) -> AsyncIterator[None]:
    """Let an encoder publish by its key until it is killed."""
    encoder = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "loadtests.publisher", address, key, cwd=COMPOSE.parent, stdout=PIPE
    )
    assert encoder.stdout is not None
    try:
        async with asyncio.timeout(WITHIN_S):
            assert await encoder.stdout.readline() == b"on\n"
        yield
    finally:
        if encoder.returncode is None:
            encoder.kill()
        await encoder.communicate()


async def segments(client: httpx.AsyncClient, playlist: str) -> list[str]:
    """Wait for the first segment of a playlist and return the addresses of its segments."""

    async def listed() -> list[str]:
        return re.findall("^http.*", (await client.get(playlist)).text, re.MULTILINE)

    return await until(listed, WITHIN_S)


def claps(room: str, emoji: str):
    return lambda page: page.rooms[room]["reactions"]["totals"][emoji] == 1


async def first_gone(pages: list[Page]) -> Page:
    """Wait for the first page whose socket closes."""
    waiting = [asyncio.create_task(page.until(lambda page: page.code)) for page in pages]
    done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    return done.pop().result()


async def until_each_has_a_connection(topology: Topology) -> None:
    async with httpx.AsyncClient() as client:

        async def has_one(base: str) -> bool:
            return "\nplenary_connections 0.0" not in (await client.get(f"{base}/metrics")).text

        for base in topology.web.values():
            await until(partial(has_one, base), WITHIN_S)


def test_what_must_be_set_must_be_set() -> None:
    with pytest.raises(KeyError, match="PLENARY_SECRET"):
        read(COMPOSE, {"POSTGRES_PASSWORD": "a password"})


def test_a_dollar_of_nginx_stays_one_and_what_is_not_set_has_its_default() -> None:
    said = read(COMPOSE, {"PLENARY_SECRET": "a secret", "POSTGRES_PASSWORD": "a password"})
    assert "proxy_set_header Host $http_host;" in said["configs"]["nginx"]["content"]
    assert said["services"]["nginx"]["ports"] == ["8080:8080"]
    assert said["services"]["web-1"]["environment"]["PLENARY_PUBLIC_URL"] == "http://localhost:8080"
