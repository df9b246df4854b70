"""Fixtures for most pages: an event, a delegate who is signed in, and a programme from a stage."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from server.models import Event, Person, Session
from server.playback.programmes import directory_of
from server.settings import Settings
from tests.factory import Factory
from tests.pages.broadcasts import NewSession, broadcast

SENT_S = 12.0


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
async def amina(make: Factory, event: Event, client: httpx.AsyncClient) -> Person:
    """A delegate, signed in."""
    person = await make.delegate(event)
    client.cookies.update(await make.cookie(person))
    return person


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A programme of `SENT_S` seconds from a stage, which has ended."""
    directory = tmp_path_factory.mktemp("programme")
    broadcast(directory, SENT_S, is_over=True)
    return directory


@pytest.fixture
def from_stage(make: Factory, event: Event, settings: Settings, programme: Path) -> NewSession:
    """Makes a session that is over, with the programme as its recording."""

    async def session(**columns: object) -> Session:
        stage = await make.stage(event)
        ended = datetime.now(UTC) - timedelta(minutes=59)
        kept = {"state": "ended", "recording": "open", "started_at": ended - timedelta(minutes=1), "ended_at": ended}
        session = await make.session(event, stage_id=stage.id, **kept, **columns)
        shutil.copytree(programme, directory_of(settings, session))
        return session

    return session
