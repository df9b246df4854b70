"""A stage's programme, played by our page in a real browser while it is being packaged."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from anyio import to_thread
from playwright.async_api import Browser, Page

from rooms.media.air.disk import read_journals
from rooms.playback.stage_cuts import StageCut
from rooms.playback.webvtt import Cue
from server.models import Event, Session, Stage
from server.playback.programmes import SentByStage, directory_of, recording_at
from server.recordings import captions
from server.settings import Settings
from server.store import sessions
from server.store.engine.database import Database
from tests.factory import Factory
from tests.pages.broadcasts import broadcast
from tests.rooms.media.packaging import Packaging

SENT_BEFORE_S = 8.0
WITHIN_MS = 90_000
VIDEO = "document.querySelector('[data-player] video')"
FACTS = "document.querySelector('[data-player]').dataset"


@pytest.fixture
async def session(make: Factory, event: Event, database: Database) -> Session:
    """A session that is live on a stage."""
    async with database.writing() as db:
        stage = Stage(event_id=event.id, title="Main stage")
        db.add(stage)
    return await make.live_session(event, stage_id=stage.id)


@pytest.fixture
async def packaging(settings: Settings, session: Session) -> AsyncIterator[Packaging]:
    packaging = Packaging(directory_of(settings, session), time.time() - SENT_BEFORE_S)
    yield packaging
    packaging.close()


@pytest.fixture
async def page(
    served: str, chromium: Browser, make: Factory, event: Event, session: Session, packaging: Packaging
) -> AsyncIterator[Page]:
    """A delegate who watches."""
    context = await chromium.new_context()
    cookies = (await make.cookie(await make.delegate(event))).items()
    await context.add_cookies([{"name": name, "value": value, "url": served} for name, value in cookies])
    page = await context.new_page()
    await page.goto(f"{served}/{event.slug}/sessions/{session.slug}")
    await page.evaluate("window.neverReloaded = true")
    yield page
    await context.close()


def send_in_two_runs(directory: Path) -> None:
    broadcast(directory, 6, ago_s=30)
    broadcast(directory, 6, is_over=True)


async def until(page: Page, condition: str) -> None:
    await page.wait_for_function(f"() => {condition}", timeout=WITHIN_MS)


async def plays_beyond(page: Page, seconds: float) -> None:
    """Pictures are painted and sound is decoded, and the time runs past there."""
    await until(page, f"{VIDEO}.currentTime > {seconds}")
    assert await page.evaluate(f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames") > 0
    assert await page.evaluate(f"{VIDEO}.webkitAudioDecodedByteCount") > 0


async def test_a_viewer_stays_through_a_change_of_size_and_a_killed_packager_to_the_recording(
    page: Page, packaging: Packaging, session: Session, database: Database
) -> None:
    await until(page, f"{VIDEO}.videoWidth === 160")
    await plays_beyond(page, await page.evaluate(f"{VIDEO}.currentTime") + 1)

    packaging.tell("size 192 144")
    await until(page, f"{VIDEO}.videoWidth === 192")

    packaging.kill()
    runs = read_journals(packaging.directory)["video"].runs
    await until(page, f"{VIDEO}.videoWidth === 160")  # a speaker who comes again sends the first size
    await plays_beyond(page, await page.evaluate(f"{VIDEO}.currentTime") + 1)
    assert read_journals(packaging.directory)["video"].runs == runs + 1

    await to_thread.run_sync(packaging.end)
    async with database.writing() as db:
        assert await sessions.move(db, session, "end", now=datetime.now(UTC))
    whole_s = read_journals(packaging.directory)["video"].seconds
    await until(page, f"Math.abs({VIDEO}.duration - {whole_s}) < 1")
    assert await page.evaluate("window.neverReloaded")


async def test_a_trimmed_recording_plays_from_its_first_second_with_sound_and_captions(
    served: str, chromium: Browser, make: Factory, event: Event, settings: Settings, database: Database
) -> None:
    async with database.writing() as db:
        stage = Stage(event_id=event.id, title="Main stage")
        db.add(stage)
    times = {
        "started_at": datetime.now(UTC) - timedelta(hours=1),
        "ended_at": datetime.now(UTC) - timedelta(minutes=59),
    }
    kept = {"state": "ended", "recording": "open", "trim_start": 2.5, "trim_end": 9.5}
    session = await make.session(event, stage_id=stage.id, **kept, **times)
    directory = directory_of(settings, session)
    await to_thread.run_sync(lambda: send_in_two_runs(directory))
    spoken = [Cue(0, 5, "One"), Cue(7, 12, "Two")]
    await to_thread.run_sync(captions.write, directory, SentByStage(StageCut(recording_at(directory))), spoken)
    context = await chromium.new_context()
    cookies = (await make.cookie(await make.delegate(event))).items()
    await context.add_cookies([{"name": name, "value": value, "url": served} for name, value in cookies])
    await context.add_init_script("localStorage.setItem('captions', 'on')")
    page = await context.new_page()
    await page.goto(f"{served}/{event.slug}/sessions/{session.slug}")
    await page.locator("[data-command=start]").click()
    await until(page, f"{VIDEO}.played.length > 0 && {VIDEO}.played.start(0) < 0.2")
    await plays_beyond(page, 3)
    await until(page, f"{VIDEO}.ended && {VIDEO}.played.length === 1")
    assert 7 < await page.evaluate(f"{VIDEO}.duration") < 9
    cues = await page.evaluate(f"[...{VIDEO}.textTracks[0].cues].map(({{ startTime, text }}) => [text, startTime])")
    assert dict(cues)["Two"] == pytest.approx(5, abs=0.2)
    assert await page.locator("[data-caption]").inner_text() == "Two"
    await context.close()
