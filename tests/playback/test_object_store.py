"""Segments through an S3-compatible store: a playlist lists a segment only once the store has it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.models import Event, Keeping, Session, Stage
from server.playback.object_store import bring_up_to_date
from server.playback.programmes import directory_of
from server.running.locks import alone
from server.settings import Settings
from server.store import agenda, events, keeping, sessions, topic_states
from server.store.engine.database import Database
from tests.engines.fixtures import running
from tests.engines.object_store import BUCKET, ObjectStore
from tests.factory import Factory
from tests.pages.broadcasts import broadcast

pytestmark = pytest.mark.one_engine
SENT_S = 8.0


@pytest.fixture
def object_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    for store in running(ObjectStore, tmp_path / "object-store"):
        for name, value in store.environment_of_clients.items():
            monkeypatch.setenv(name, value)
        yield store


@pytest.fixture(autouse=True)
def by_hand(tmp_path: Path) -> Iterator[None]:
    """Hold the lock of the application's own duty: a test decides when to copy."""
    with alone(tmp_path / "store.lock") as is_ours:
        assert is_ours
        yield


@pytest.fixture
def settings(database_url: str, tmp_path: Path, object_store: ObjectStore) -> Settings:
    return Settings(
        data=tmp_path,
        database_url=database_url,
        store_url=f"s3://{BUCKET}",
        store_public_url=f"{object_store.address}/{BUCKET}",
    )


@pytest.fixture
async def session(make: Factory, database: Database, settings: Settings) -> Session:
    """A session that has sent eight seconds; the client is the browser of its delegate."""
    event = await make.event()
    async with database.writing() as db:
        stage = Stage(event_id=event.id, title="Main stage")
        db.add(stage)
    session = await make.live_session(
        event, stage_id=stage.id, started_at=datetime.now(UTC) - timedelta(seconds=SENT_S)
    )
    broadcast(directory_of(settings, session), SENT_S)
    async with database.writing() as db:
        await keeping.note(db, session.id, datetime.now(UTC), [])
    return session


@pytest.fixture
async def playlist(make: Factory, client: httpx.AsyncClient, database: Database, session: Session) -> str:
    """The address of the session's pictures."""
    async with database.reading() as db:
        event = await db.get_one(Event, session.event_id)
    client.cookies.update(await make.cookie(await make.delegate(event)))
    return f"/{event.slug}/sessions/{session.slug}/media/video.m3u8"


def uris(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if not line.startswith("#")]


async def kept(database: Database, session: Session) -> Keeping:
    async with database.reading() as db:
        return await db.get_one(Keeping, session.id)


async def up_to_date(app: Starlette, settings: Settings, session: Session) -> None:
    """One turn of the duty."""
    async with app.state.db.reading() as db:
        ((found, known),) = await keeping.to_be_stored(db)
    await bring_up_to_date(app.state.db, app.state.object_store, directory_of(settings, session), found, known)


async def test_a_playlist_lists_what_the_store_has_and_the_store_gives_it_to_anybody_with_the_key(
    app: Starlette, client: httpx.AsyncClient, playlist: str, settings: Settings, session: Session
) -> None:
    await up_to_date(app, settings, session)
    text = (await client.get(playlist)).text
    base = f"{settings.store_public_url}/{session.media_key}"
    assert f'#EXT-X-MAP:URI="{base}/v-0.mp4"' in text
    listed = uris(text)
    assert listed[0] == f"{base}/v-0.m4s" and len(listed) >= 3
    async with httpx.AsyncClient() as anybody:
        for address in (*listed, f"{base}/v-0.mp4", f"{base}/a-0.m4s"):
            answer = await anybody.get(address)
            assert answer.status_code == 200
            assert answer.content == (directory_of(settings, session) / address.rpartition("/")[2]).read_bytes()


async def test_while_the_store_is_away_nothing_is_lost_and_the_organiser_is_told(
    app: Starlette, client: httpx.AsyncClient, playlist: str, settings: Settings, session: Session,
    object_store: ObjectStore, database: Database,
) -> None:  # fmt: skip
    object_store.stop()
    await up_to_date(app, settings, session)
    assert topic_states.kept(await kept(database, session)).troubles == ["store"]
    assert uris((await client.get(playlist)).text) == []
    object_store.start()
    await up_to_date(app, settings, session)
    assert topic_states.kept(await kept(database, session)).troubles == []
    assert uris((await client.get(playlist)).text)


async def test_a_recording_whose_last_day_is_over_leaves_the_store(
    app: Starlette, playlist: str, settings: Settings, session: Session, object_store: ObjectStore, database: Database
) -> None:
    await up_to_date(app, settings, session)
    now = datetime.now(UTC)
    async with database.writing() as db:
        await sessions.move(db, session, "end", now=now)
        days = {"starts_on": now.date() - timedelta(days=9), "ends_on": now.date() - timedelta(days=9)}
        event = await db.get_one(Event, session.event_id)
        await events.change(db, event, **days, recordings_close_on=now.date() - timedelta(days=2))
    assert object_store.keys
    async with database.reading() as db:
        ((found, known),) = await keeping.to_be_stored(db)
        closed = await agenda.closed_recordings(db, now)
    directory = directory_of(settings, session)
    await bring_up_to_date(database, app.state.object_store, directory, found, known, is_closed=session.id in closed)
    assert not object_store.keys
    assert (await kept(database, session)).stored == {}


async def test_a_withdrawn_recording_leaves_the_store_and_comes_back_under_another_key(
    app: Starlette, client: httpx.AsyncClient, playlist: str, settings: Settings, session: Session,
    object_store: ObjectStore, database: Database,
) -> None:  # fmt: skip
    await up_to_date(app, settings, session)
    async with database.writing() as db:
        await sessions.move(db, session, "end", now=datetime.now(UTC))
        assert await sessions.move_recording(db, session, "withdraw")
    await up_to_date(app, settings, session)
    assert not object_store.keys
    async with database.writing() as db:
        assert await sessions.move_recording(db, session, "open")
    await up_to_date(app, settings, session)
    assert object_store.keys and not any(key.startswith(session.media_key) for key in object_store.keys)
