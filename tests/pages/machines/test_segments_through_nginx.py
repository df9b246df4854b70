"""Segments and parts through nginx, configured as docker-compose.yml says: one viewer's request is made for all."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from loadtests.topology import COMPOSE, Nginx, read
from server.models import Event, Session, Stage
from server.playback import reloads, segments
from server.playback.programmes import directory_of
from server.settings import Settings
from server.store import sessions
from server.store.engine.database import Database
from tests.factory import Factory
from tests.pages.broadcasts import broadcast
from tests.pages.films import film_of
from tests.pages.machines.test_low_latency import MORE_S, SENT_S, Sent, next_in
from tests.waiting import WITHIN_S, until

VIEWERS, RELOADS = 50, 3


@pytest.fixture
async def nginx(served: str, engine_folder: Path) -> AsyncIterator[Nginx]:
    """nginx in front of the application."""
    application = urlsplit(served).netloc
    folder = engine_folder / f"nginx-before-{uuid.uuid4().hex[:8]}"
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


def test_a_segment_of_the_object_store_is_kept_as_long_as_one_of_ours() -> None:
    said = read(COMPOSE, {"PLENARY_SECRET": "", "POSTGRES_PASSWORD": ""})
    minutes, rest = divmod(segments.PROXY_KEEPS_S, 60)
    assert rest == 0
    assert f"proxy_cache_valid 200 {minutes}m;" in said["configs"]["nginx"]["content"]


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


async def test_nginx_gives_out_no_segment_before_its_time_and_forgets_one_that_was_withdrawn(
    nginx: Nginx, make: Factory, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "PROXY_KEEPS_S", 1)
    event = await make.event()
    film = await film_of(event, database, settings)
    session = await make.live_session(event, film_id=film.id, started_at=datetime.now(UTC) + timedelta(hours=1))
    name = f"/segments/{session.media_key}/v-0-0.m4s"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{nginx.port}", timeout=WITHIN_S) as client:
        assert [(await client.get(name)).status_code for _ in range(2)] == [404, 404]
        async with database.writing() as db:
            session.started_at = datetime.now(UTC) - timedelta(hours=1)
            db.add(session)
        await until_answered(client, name, 200)
        async with database.writing() as db:
            await sessions.move(db, session, "end", now=datetime.now(UTC))
            await sessions.move_recording(db, session, "withdraw")
        await until_answered(client, name, 404)


async def test_who_waits_for_what_comes_next_is_answered_through_nginx_when_it_is_there(
    nginx: Nginx, make: Factory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloads, "WAITS_S", WITHIN_S)
    event = await make.event()
    session = await make.live_session(event, stage_id=(await make.stage(event)).id)
    sent = Sent(directory_of(settings, session))
    await sent.more(SENT_S)
    playlist = f"/{event.slug}/sessions/{session.slug}/media/video.m3u8"
    base = f"http://127.0.0.1:{nginx.port}"
    cookies = await make.cookie(await make.delegate(event))
    async with httpx.AsyncClient(base_url=base, cookies=cookies, timeout=WITHIN_S) as client:
        address, segment, part = next_in((await client.get(playlist)).text)
        waiting = [asyncio.create_task(client.get(playlist, params=waits_for(segment, part))) for _ in range(RELOADS)]
        waiting += [asyncio.create_task(client.get(address)) for _ in range(VIEWERS)]
        assert next_in((await client.get(playlist)).text)[0] == address
        assert not any(each.done() for each in waiting)
        await sent.more(MORE_S)
        reloaded, parts = [await each for each in waiting[:RELOADS]], [await each for each in waiting[RELOADS:]]
        assert all(next_in(each.text)[1:] > (segment, part) for each in reloaded)
        made = (sent.directory / address.rpartition("/")[2]).read_bytes()
        assert all((each.status_code, each.content) == (200, made) for each in parts)
        _, segment, part = next_in(reloaded[0].text)
        await sent.more(MORE_S)
        assert next_in((await client.get(playlist, params=waits_for(segment, part))).text)[1:] > (segment, part)
    sent.stop()


async def until_answered(client: httpx.AsyncClient, address: str, status: int) -> None:
    """Asks until the answer has this status."""

    async def has_it() -> bool:
        return (await client.get(address)).status_code == status

    await until(has_it)


def waits_for(segment: int, part: int) -> dict[str, str]:
    """The query for a playlist that has this part."""
    return {reloads.SEGMENT: str(segment), reloads.PART: str(part)}
