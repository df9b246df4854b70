"""A recording as a file: made on request for delegates who may watch it, and gone when it is withdrawn."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import httpx
import pytest
from starlette.applications import Starlette

from server.models import Event, Job, Session
from server.playback.programmes import directory_of
from server.recordings.downloads import clear, file_of
from server.settings import Settings
from server.store import downloads, sessions
from tests.factory import Factory
from tests.pages.broadcasts import NewSession
from tests.pages.conftest import SENT_S
from tests.waiting import until

pytestmark = pytest.mark.one_engine
WITHIN_S = 120


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event(title="Hearts/minds")


@pytest.fixture
async def session(from_stage: NewSession) -> Session:
    """A recording from a stage that may be downloaded."""
    return await from_stage(downloadable=True)


@pytest.fixture
async def amina(make: Factory, event: Event, client: httpx.AsyncClient) -> None:
    client.cookies.update(await make.cookie(await make.delegate(event)))


def at(event: Event, session: Session, name: str) -> str:
    return f"/{event.slug}/sessions/{session.slug}/{name}"


async def shows(client: httpx.AsyncClient, page: str, text: str) -> None:
    """Return once the page says so: the application's own duty makes the film."""

    async def says_so() -> bool:
        return text in (await client.get(page)).text

    await until(says_so, WITHIN_S)


async def change(app: Starlette, session: Session, **columns: object) -> None:
    async with app.state.db.writing() as db:
        row = await db.get_one(Session, session.id)
        for name, value in columns.items():
            setattr(row, name, value)
        db.add(row)


async def test_the_film_is_made_once_it_is_asked_for_and_comes_whole_or_in_ranges(
    client: httpx.AsyncClient, event: Event, session: Session, amina: None, tmp_path: Path
) -> None:
    page, film = at(event, session, "download"), at(event, session, "recording.mp4")
    assert "Make the file" in (await client.get(page)).text
    assert (await client.get(film)).status_code == 303
    assert (await client.post(page)).status_code == 303
    await shows(client, page, "Download, ")
    answer = await client.get(film)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert "Hearts-minds" in answer.headers["content-disposition"]
    (tmp_path / "film.mp4").write_bytes(answer.content)
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]
        assert container.duration == pytest.approx(SENT_S * 1_000_000, rel=0.05)
    part = await client.get(film, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, answer.content[100:200])


async def test_nobody_gets_it_who_may_not_watch_or_where_it_is_not_allowed(
    app: Starlette, client: httpx.AsyncClient, event: Event, session: Session, make: Factory
) -> None:
    for name in ("download", "recording.mp4"):
        assert (await client.get(at(event, session, name))).status_code in (303, 401)
    client.cookies.update(await make.cookie(await make.delegate(event, state="cancelled")))
    assert (await client.get(at(event, session, "recording.mp4"))).status_code == 403
    client.cookies.update(await make.cookie(await make.delegate(event)))
    await change(app, session, downloadable=False)
    assert (await client.get(at(event, session, "recording.mp4"))).status_code == 404
    assert "Download" not in (await client.get(f"/{event.slug}/sessions/{session.slug}")).text


async def test_the_file_goes_when_the_recording_is_withdrawn_or_trimmed(
    app: Starlette, client: httpx.AsyncClient, event: Event, session: Session, amina: None, settings: Settings
) -> None:
    await client.post(at(event, session, "download"))
    await shows(client, at(event, session, "download"), "Download, ")
    path = file_of(settings, session.media_key)
    assert path.exists()
    async with app.state.db.writing() as db:
        await sessions.trim(db, await db.get_one(Session, session.id), 4.0, None)
    assert "Make the file" in (await client.get(at(event, session, "download"))).text
    async with app.state.db.writing() as db:
        assert await sessions.move_recording(db, session, "withdraw")
    assert (await client.get(at(event, session, "recording.mp4"))).status_code == 404
    await clear(app)
    assert not path.exists()


async def test_while_it_is_made_the_page_says_how_far_it_is(
    client: httpx.AsyncClient, event: Event, session: Session, amina: None, make: Factory
) -> None:
    now = datetime.now(UTC)
    held = {"state": "running", "leased_until": now + timedelta(days=1), "done": 42, "total": 100}
    async with make.database.writing() as db:
        db.add(Job(kind=downloads.KIND, subject_id=session.id, version=session.media_key, **held))
    page = (await client.get(at(event, session, "download"))).text
    assert "It is being made: 42 %." in page
    assert "data-busy" in page and "Make the file" not in page


async def test_a_recording_that_cannot_be_joined_is_said_to_have_failed_and_can_be_asked_for_again(
    client: httpx.AsyncClient, event: Event, session: Session, amina: None, settings: Settings
) -> None:
    page, damaged = at(event, session, "download"), directory_of(settings, session) / "v-0.mp4"
    whole = damaged.read_bytes()
    damaged.write_bytes(b"damaged")
    await client.post(page)
    await shows(client, page, "could not be made")
    assert not file_of(settings, session.media_key).exists()
    damaged.write_bytes(whole)
    await client.post(page)
    await shows(client, page, "Download, ")


async def test_the_organiser_allows_downloads_on_the_recordings_page(
    app: Starlette, client: httpx.AsyncClient, event: Event, session: Session, make: Factory
) -> None:
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    desk = f"/{event.slug}/console/sessions/{session.slug}/recording"
    assert "Stop downloads" in (await client.get(desk)).text
    assert (await client.post(f"{desk}/download", data={"allowed": "no"})).status_code == 303
    assert "Allow downloads" in (await client.get(desk)).text


async def test_a_file_that_was_made_and_is_lost_can_be_asked_for_once_more(
    client: httpx.AsyncClient, event: Event, session: Session, amina: None, settings: Settings
) -> None:
    page = at(event, session, "download")
    await client.post(page)
    await shows(client, page, "Download, ")
    file_of(settings, session.media_key).unlink()
    lost = (await client.get(page)).text
    assert "The file was made, but it is no longer there." in lost
    assert "Make it once more" in lost
    assert (await client.get(at(event, session, "recording.mp4"))).status_code == 303
    await client.post(page)
    await shows(client, page, "Download, ")
    assert file_of(settings, session.media_key).exists()
    before = file_of(settings, session.media_key).stat().st_mtime_ns
    await client.post(page)
    assert "Download, " in (await client.get(page)).text
    assert file_of(settings, session.media_key).stat().st_mtime_ns == before
