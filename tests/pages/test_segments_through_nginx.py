"""Segments through nginx, configured as docker-compose.yml says: the application is asked once for all viewers."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from loadtests.topology import COMPOSE, Nginx, read
from server.media.programmes import directory_of
from server.models import Event, Session, Stage
from server.settings import Settings
from server.store.database import Database
from tests.factory import Factory
from tests.pages.broadcasts import broadcast

VIEWERS = 50


@pytest.fixture
async def nginx(served: str, engine_folder: Path) -> AsyncIterator[Nginx]:
    """nginx in front of the application."""
    application = urlsplit(served).netloc
    folder = engine_folder / "nginx-before-segments"
    folder.mkdir()
    said = read(COMPOSE, {"PLENARY_SECRET": "", "POSTGRES_PASSWORD": ""})
    service = {**said["services"]["nginx"], "configs": [{"content": said["configs"]["nginx"]["content"]}]}
    nginx = Nginx(
        "nginx",
        service,
        folder,
        lambda text: re.sub(r"\b(web-[12]:8000|store:9000)", application, text),
    )
    nginx.start()
    yield nginx
    nginx.stop()


async def test_viewers_are_served_from_nginx_and_the_application_is_asked_once(
    nginx: Nginx, served: str, make: Factory, database: Database, settings: Settings
) -> None:
    event: Event = await make.event()
    async with database.writing() as db:
        stage = Stage(event_id=event.id, title="Main stage")
        db.add(stage)
    session: Session = await make.live_session(event, stage_id=stage.id, started_at=datetime.now(UTC))
    broadcast(directory_of(settings, session), 6)
    name = f"/segments/{session.media_key}/v-0.m4s"
    whole = (directory_of(settings, session) / "v-0.m4s").read_bytes()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{nginx.port}") as client:
        first = await client.get(name)
        assert (first.status_code, first.content) == (200, whole)
        assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "x-accel-expires" not in first.headers
        (directory_of(settings, session) / "v-0.m4s").unlink()
        answers = [await client.get(name) for _ in range(VIEWERS)]
        assert all((answer.status_code, answer.content) == (200, whole) for answer in answers)
        assert (await client.get(f"/segments/{session.media_key}/v-99.m4s")).status_code == 404
