"""Every recording is checked once its session is over, and the console says what is not whole."""

import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from rooms.media.films.cards import Typeface
from rooms.media.films.film import make_film
from rooms.media.films.package import package
from rooms.media.films.spec import FilmSpec
from server.models import Event, Keeping, Session, Stage
from server.playback.films import films_dir
from server.playback.programmes import directory_of
from server.recordings.checks import GIVEN_UP_AFTER, RECORDING_CHECK
from server.running.jobs import work_off
from server.settings import Settings
from server.store import films, keeping, topic_states
from server.store.engine.database import Database
from tests.factory import Factory
from tests.pages.broadcasts import broadcast
from tests.waiting import until

pytestmark = pytest.mark.one_engine
SENT_S = 5.0
WITHIN_S = 90
JUST_NOW = timedelta(seconds=1)


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event()


@pytest.fixture
def ended(make: Factory, event: Event, database: Database, settings: Settings) -> Callable[..., Awaitable[Session]]:
    """Makes a session that ended so long ago, with its recording."""

    async def session(ago: timedelta, *, is_over: bool = True, lost: str | None = None) -> Session:
        async with database.writing() as db:
            stage = Stage(event_id=event.id, title="Main stage")
            db.add(stage)
        at = datetime.now(UTC) - ago
        session = await make.session(
            event, stage_id=stage.id, state="ended", started_at=at - timedelta(seconds=SENT_S), ended_at=at
        )
        broadcast(directory_of(settings, session), SENT_S, is_over=is_over)
        if lost:
            (directory_of(settings, session) / lost).unlink()
        async with database.writing() as db:
            await keeping.note(db, session.id, at, [])
            await keeping.ask_check(db, session, at)
        return session

    return session


async def checked(app: Starlette, session: Session) -> Keeping:
    """The findings of this recording's check, whichever process did it."""

    async def found() -> Keeping | None:
        await work_off(RECORDING_CHECK, app)
        async with app.state.db.reading() as db:
            keeping = await db.get_one(Keeping, session.id)
        return keeping if keeping.checked_at else None

    return await until(found, WITHIN_S)


Ended = Callable[..., Awaitable[Session]]


def desk(event: Event, session: Session) -> str:
    return f"/{event.slug}/console/sessions/{session.slug}/recording"


@pytest.fixture
async def olive(make: Factory, event: Event, client: httpx.AsyncClient) -> None:
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))


async def test_a_whole_recording_is_good(
    app: Starlette, client: httpx.AsyncClient, event: Event, ended: Ended, olive: None
) -> None:
    session = await ended(JUST_NOW)
    found = await checked(app, session)
    assert topic_states.kept(found).verdict == "good"
    assert (found.faults, found.missing) == ([], [])
    assert abs(found.seconds - SENT_S) < 0.5
    page = (await client.get(desk(event, session))).text
    assert "It is whole" in page
    assert f"within {found.offset_ms} ms of each other" in page
    assert "recording whole" in (await client.get(f"/{event.slug}/console")).text


async def test_one_that_is_not_complete_is_left_to_its_recorder_for_a_while_and_then_completed(
    app: Starlette, client: httpx.AsyncClient, event: Event, ended: Ended, olive: None
) -> None:
    recent = await ended(JUST_NOW, is_over=False)
    assert "It is being looked over" in (await client.get(desk(event, recent))).text
    assert topic_states.kept(await checked(app, await ended(GIVEN_UP_AFTER * 2, is_over=False))).verdict == "good"
    async with app.state.db.reading() as db:
        assert (await db.get_one(Keeping, recent.id)).checked_at is None


async def test_a_damaged_recording_is_told_to_the_organiser(
    app: Starlette, client: httpx.AsyncClient, event: Event, ended: Ended, olive: None
) -> None:
    session = await ended(JUST_NOW, lost="v-1.m4s")
    assert topic_states.kept(await checked(app, session)).verdict == "faulty"
    console = (await client.get(f"/{event.slug}/console")).text
    assert f'href="{desk(event, session)}"' in console
    assert "recording not whole" in console
    assert "v-1.m4s cannot be played" in (await client.get(desk(event, session))).text


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of three seconds."""
    cards = [{"text": "Put two fingers on your wrist.", "seconds": 3}]
    spec = FilmSpec.from_json({"title": "Hearts", "speaker": "A nurse", "accent": "#c23a22", "cards": cards})
    folder = tmp_path_factory.mktemp("film")
    make_film(spec, folder / "film.mp4", Typeface(), lambda share: None)
    package(folder / "film.mp4", folder / "packaged", spec.title)
    return folder / "packaged"


@pytest.mark.parametrize(
    ("lost", "verdict", "said"),
    [
        (None, "recording whole", "It is whole"),
        ("v-1.m4s", "recording not whole", "v-1.m4s cannot be played"),
    ],
)
async def test_what_a_film_leaves_is_looked_over_when_its_session_has_ended(
    app: Starlette,
    client: httpx.AsyncClient,
    event: Event,
    make: Factory,
    settings: Settings,
    packaged: Path,
    olive: None,
    lost: str | None,
    verdict: str,
    said: str,
) -> None:
    directory = shutil.copytree(packaged, films_dir(settings) / "hearts")
    if lost:
        (directory / lost).unlink()
    async with app.state.db.writing() as db:
        film = await films.add(db, event.id, "Hearts", "hearts", 3.0)
    session = await make.live_session(event, film_id=film.id)
    await client.post(f"/{event.slug}/console/sessions/{session.slug}/move", data={"move": "end"})
    assert "It is being looked over" in (await client.get(desk(event, session))).text
    await checked(app, session)
    assert said in (await client.get(desk(event, session))).text
    assert verdict in (await client.get(f"/{event.slug}/console")).text
    async with app.state.db.writing() as db:
        await keeping.ask_check(db, session, datetime.now(UTC))
    assert "It is being looked over" in (await client.get(desk(event, session))).text


async def test_where_nothing_was_kept_is_told_to_the_second(
    app: Starlette, client: httpx.AsyncClient, event: Event, ended: Ended, olive: None
) -> None:
    session = await ended(JUST_NOW)
    await checked(app, session)
    begins = datetime(2026, 6, 28, 10, 20, tzinfo=UTC).timestamp()
    async with app.state.db.writing() as db:
        await keeping.note_check(db, session.id, datetime.now(UTC), seconds=SENT_S, missing=[(begins, begins + 9.1)])
    page = (await client.get(desk(event, session))).text
    assert "Nothing was kept of these moments" in page
    assert "9 seconds" in page
    assert "It is whole" not in page
    assert "lacks 9 seconds" in (await client.get(f"/{event.slug}/console")).text
