"""A stage of an event that is served, with its speakers and its producer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import pytest
from playwright.async_api import Browser, Page

from server.models import Event, Person, Session, Stage
from server.settings import Settings
from tests.engines.chromium import running_chromium
from tests.factory import Factory
from tests.fixtures import serving

CAMERA = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


@dataclass(frozen=True)
class House:
    """The event, its stage and session, and the people."""

    event: Event
    stage: Stage
    session: Session
    amara: Person
    ben: Person
    olive: Person
    """The producer."""

    @property
    def whip(self) -> str:
        return f"/stages/{self.stage.id}/whip"

    @property
    def whep(self) -> str:
        return f"/stages/{self.stage.id}/whep"


@pytest.fixture
async def house(make: Factory) -> House:
    event = await make.event()
    stage = await make.stage(event, title="Main stage")
    speakers = [await make.person(name) for name in ("Amara", "Ben")]
    for speaker in speakers:
        await make.grant(speaker, "speaker", "event", event.id)
    session = await make.session(event, stage_id=stage.id)
    return House(event, stage, session, *speakers, await make.organiser(event))


@pytest.fixture
def surroundings() -> dict[str, str]:
    """Environment variables that a test module adds for `plenary serve`."""
    return {}


@pytest.fixture
async def served(
    settings: Settings, surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """The base address of `plenary serve` with its media process, each in a process of its own."""
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    async with serving(settings) as address:
        yield address


@pytest.fixture(scope="session")
async def camera() -> AsyncIterator[Browser]:
    """A browser with a fake camera and a fake microphone."""
    async with running_chromium(*CAMERA) as browser:
        yield browser


class Open(Protocol):
    """`await open_as(person, path)` opens a page in that person's own browser; `script` runs before the page's own."""

    async def __call__(self, person: Person, path: str, script: str = "") -> Page: ...


@pytest.fixture
async def open_as(camera: Browser, served: str, make: Factory) -> AsyncIterator[Open]:
    """A page in a person's own browser."""
    contexts = []

    async def opened(person: Person, path: str, script: str = "") -> Page:
        context = await camera.new_context()
        contexts.append(context)
        await context.add_init_script(script)
        cookies = await make.cookie(person, strong=True)
        await context.add_cookies([{"name": name, "value": value, "url": served} for name, value in cookies.items()])
        page = await context.new_page()
        await page.goto(f"{served}{path}")
        return page

    yield opened
    for context in contexts:
        await context.close()
