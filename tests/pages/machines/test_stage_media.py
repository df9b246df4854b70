"""A session's programme from its stage: at a film's addresses, for the same people, and no more than is listed."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from rooms.playback.recording import SIGNED
from server.models import Event, Person, Session, Stage
from server.playback.programmes import directory_of
from server.settings import Settings
from server.store import sessions
from server.store.engine.database import Database
from tests.factory import Factory
from tests.pages.broadcasts import NewSession, broadcast

pytestmark = pytest.mark.one_engine
SENT_S = 30.0
PLAYLISTS = ("index.m3u8", "sound.m3u8", "video.m3u8", "audio.m3u8")


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute of a programme that is still running."""
    directory = tmp_path_factory.mktemp("programme")
    broadcast(directory, SENT_S)
    return directory


@pytest.fixture
def on_stage(make: Factory, event: Event, database: Database, settings: Settings, sent: Path) -> NewSession:
    """Makes a session whose broadcast began half a minute ago."""

    async def session(**columns: object) -> Session:
        async with database.writing() as db:
            stage = Stage(event_id=event.id, title="Main stage")
            db.add(stage)
        began = datetime.now(UTC) - timedelta(seconds=SENT_S)
        session = await make.live_session(event, stage_id=stage.id, started_at=began, **columns)
        shutil.copytree(sent, directory_of(settings, session))
        return session

    return session


def media(event: Event, session: Session, name: str) -> str:
    return f"/{event.slug}/sessions/{session.slug}/media/{name}"


def uris(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if not line.startswith("#")]


async def test_a_delegate_gets_every_playlist_and_what_it_lists(
    client: httpx.AsyncClient, event: Event, amina: Person, on_stage: NewSession
) -> None:
    session = await on_stage()
    for name in PLAYLISTS:
        answer = await client.get(media(event, session, name))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache"), name
    playlist = (await client.get(media(event, session, "video.m3u8"))).text
    assert f'#EXT-X-MAP:URI="/segments/{session.media_key}/v-0.mp4"' in playlist
    client.cookies.clear()
    for address in (*uris(playlist), f"/segments/{session.media_key}/a-0.mp4"):
        answer = await client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["v-99.m4s", "v-1.mp4", "x-0.m4s", "v-00.m4s", "film.json", "video.m3u8", ".v-0.m4s"])
async def test_what_is_not_listed_cannot_be_had_by_guessing_its_name(
    client: httpx.AsyncClient, on_stage: NewSession, settings: Settings, name: str
) -> None:
    session = await on_stage()
    (directory_of(settings, session) / "v-99.m4s").write_bytes(b"written and not listed yet")
    assert (await client.get(f"/segments/{session.media_key}/{name}")).status_code == 404


async def test_a_stranger_and_a_cancelled_delegate_are_refused(
    client: httpx.AsyncClient, event: Event, make: Factory, on_stage: NewSession
) -> None:
    session = await on_stage()
    assert (await client.get(media(event, session, "video.m3u8"))).status_code == 401
    client.cookies.update(await make.cookie(await make.delegate(event, state="cancelled")))
    assert (await client.get(media(event, session, "video.m3u8"))).status_code == 403


async def test_withdrawing_the_recording_closes_its_addresses(
    app: Starlette, client: httpx.AsyncClient, event: Event, amina: Person, on_stage: NewSession
) -> None:
    session = await on_stage()
    old = f"/segments/{session.media_key}/v-0.m4s"
    async with app.state.db.writing() as db:
        await sessions.move(db, session, "end", now=datetime.now(UTC))
    assert (await client.get(old)).status_code == 200
    async with app.state.db.writing() as db:
        assert await sessions.move_recording(db, session, "withdraw")
    assert (await client.get(old)).status_code == 404
    assert (await client.get(media(event, session, "video.m3u8"))).status_code == 404


async def test_the_interpreters_picture_is_had_beside_the_programme_by_the_same_people(
    app: Starlette,
    client: httpx.AsyncClient,
    event: Event,
    amina: Person,
    on_stage: NewSession,
    settings: Settings,
    sent: Path,
) -> None:
    session = await on_stage()
    address = media(event, session, "signed.m3u8")
    assert (await client.get(address)).status_code == 404
    shutil.copytree(sent, directory_of(settings, session) / SIGNED)
    await app.state.airings.forget([(f"session:{session.id}", "status", 1)])
    playlist = (await client.get(address)).text
    listed = uris(playlist)
    assert listed[0] == f"/segments/{session.media_key}/signed-v-0.m4s"
    assert "#EXT-X-PROGRAM-DATE-TIME" in playlist
    client.cookies.clear()
    assert (await client.get(address)).status_code == 401
    for name in (*listed, f"/segments/{session.media_key}/signed-v-0.mp4"):
        assert (await client.get(name)).status_code == 200
    for name in ("signed-v-99.m4s", "signed-film.json", "signed-signed-v-0.m4s"):
        assert (await client.get(f"/segments/{session.media_key}/{name}")).status_code == 404


async def test_a_session_that_has_sent_nothing_yet_plays_nothing(
    client: httpx.AsyncClient, event: Event, amina: Person, on_stage: NewSession, settings: Settings
) -> None:
    session = await on_stage()
    shutil.rmtree(directory_of(settings, session))
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 404


async def test_a_player_that_has_the_old_segments_is_sent_only_the_new_ones(
    client: httpx.AsyncClient, event: Event, amina: Person, on_stage: NewSession
) -> None:
    session = await on_stage()
    address = media(event, session, "video.m3u8")
    whole, delta = (await client.get(address)).text, (await client.get(address, params={"_HLS_skip": "YES"})).text
    assert "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=12\n" in whole
    listed, new = uris(whole), uris(delta)
    assert f"#EXT-X-SKIP:SKIPPED-SEGMENTS={len(listed) - len(new)}\n" in delta
    assert 6 <= len(new) <= 8 and listed[-len(new) :] == new


async def test_a_trimmed_recording_gives_out_what_is_kept_and_resumes_where_one_was(
    app: Starlette, client: httpx.AsyncClient, event: Event, amina: Person, on_stage: NewSession
) -> None:
    session = await on_stage()
    async with app.state.db.writing() as db:
        await sessions.move(db, session, "end", now=datetime.now(UTC))
    page = f"/{event.slug}/sessions/{session.slug}"
    assert (await client.put(f"{page}/progress", json={"position": 13, "watched": 22})).status_code == 204
    whole = uris((await client.get(media(event, session, "video.m3u8"))).text)
    async with app.state.db.writing() as db:
        session = await db.get_one(Session, session.id)
        await sessions.trim(db, session, 6.5, 25.0)
    kept = uris((await client.get(media(event, session, "video.m3u8"))).text)
    names = [uri.rpartition("/")[2] for uri in kept]
    assert names == [f"v-{number}.m4s" for number in range(3, 13)]
    assert (await client.get(kept[0])).status_code == 200
    for name in (whole[0], kept[0].replace("v-3", "v-2"), kept[0].replace("v-3", "v-13")):
        assert (await client.get(name)).status_code == 404
    facts = facts_of((await client.get(page)).text)
    assert facts["begins"] == pytest.approx(6, abs=0.2)
    assert facts["begins"] + facts["resume"] == pytest.approx(13)
    assert facts["watched"] == 22
    assert facts_of((await client.get(f"{page}?t=8")).text)["resume"] == 2
    assert facts_of((await client.get(f"{page}?t=3")).text)["resume"] == 0
    assert (await client.put(f"{page}/progress", json={"position": 24, "watched": 24})).status_code == 204
    assert facts_of((await client.get(page)).text)["watched"] == 24


def facts_of(page: str) -> dict[str, float]:
    """The seconds that the page tells the player."""
    return {name: float(value) for name, value in re.findall(r'data-(begins|resume|watched)="([\d.]+)"', page)}
