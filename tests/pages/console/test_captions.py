"""Speech recognition drafts captions: by a real command, seen by the organiser alone until they are published."""

import shlex
import sys
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from server.models import CaptionDraft, Event, Job, Person, Session
from server.settings import Settings
from server.store import caption_drafts
from tests.factory import Factory
from tests.pages import recogniser
from tests.pages.broadcasts import NewSession
from tests.waiting import until

pytestmark = pytest.mark.one_engine
WITHIN_S = 120
RECOGNISER = shlex.join([sys.executable, str(recogniser.__file__)])
FAILING = shlex.join([sys.executable, "-c", "import sys; sys.exit('<b>no model</b> is loaded')"])


@pytest.fixture
def command() -> str:
    return RECOGNISER


@pytest.fixture
def settings(settings: Settings, command: str) -> Settings:
    return settings.model_copy(update={"speech_to_text": command})


@pytest.fixture
async def session(from_stage: NewSession) -> Session:
    """A recording from a stage."""
    return await from_stage()


@pytest.fixture
async def desk(event: Event, session: Session, olive: Person) -> str:
    """The address of the recording's page, open to its organiser."""
    return f"/{event.slug}/console/sessions/{session.slug}/recording"


async def shows(client: httpx.AsyncClient, page: str, *texts: str) -> str:
    """The page, once it holds one of these texts."""

    async def shown() -> str | None:
        found = (await client.get(page)).text
        return found if any(text in found for text in texts) else None

    return await until(shown, WITHIN_S)


async def test_a_draft_is_read_corrected_kept_and_published(
    client: httpx.AsyncClient, event: Event, session: Session, desk: str, settings: Settings
) -> None:
    public = f"/{event.slug}/sessions/{session.slug}/media/captions.vtt"
    assert "Draft them by speech recognition" in (await client.get(desk)).text
    assert (await client.post(f"{desk}/draft")).status_code == 303
    shown = await shows(client, desk, "This is a draft")
    assert "Beep 4 &amp;amp; more" in shown
    assert "00:00:02.5" in shown or "00:00:02.4" in shown
    assert not list((settings.data / "media" / "sound").iterdir())
    corrected = "WEBVTT\n\n00:01.000 --> 00:02.000\nGood morning.\n\n00:03.000 --> 0"
    assert (await client.post(f"{desk}/draft/keep", data={"text": corrected})).status_code == 303
    assert "Good morning." in (await client.get(desk)).text
    assert "Good morning." not in (await client.get(public)).text
    assert (await client.post(f"{desk}/captions", data={"text": corrected})).status_code == 422
    assert (await client.post(f"{desk}/captions", data={"text": corrected[:-16]})).status_code == 303
    assert "Good morning." in (await client.get(public)).text
    assert "This is a draft" not in (await client.get(desk)).text
    assert (await client.post(f"{desk}/draft/keep", data={"text": corrected})).status_code == 409


@pytest.mark.parametrize("command", [f"{RECOGNISER} slow"])
async def test_the_organiser_sees_how_far_it_is_and_may_stop_it(
    client: httpx.AsyncClient, desk: str, settings: Settings
) -> None:
    await client.post(f"{desk}/draft")
    shown = await shows(client, desk, *(f"listened to: {percent} %" for percent in range(25, 40)))
    assert "data-busy" in shown and "<textarea" not in shown
    sound = settings.data / "media" / "sound"
    assert len(list(sound.iterdir())) == 1
    assert (await client.post(f"{desk}/draft/delete")).status_code == 303
    await until(lambda: not list(sound.iterdir()))
    assert "Draft them by speech recognition" in (await client.get(desk)).text


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (FAILING, "The command failed (1). It said: &lt;b&gt;no model&lt;/b&gt; is loaded"),
        ("echo", "cannot be used. A WebVTT file begins with the word WEBVTT"),
        ("/nowhere/listen --language en", "The command cannot be started"),
    ],
)
async def test_a_command_that_does_not_help_is_quoted(client: httpx.AsyncClient, desk: str, says: str) -> None:
    await client.post(f"{desk}/draft")
    shown = await shows(client, desk, "could not be drafted")
    assert says in shown
    assert "Draft them by speech recognition" in shown


@pytest.mark.parametrize("state", ["running", "failed"])
async def test_a_draft_whose_maker_died_or_failed_is_begun_anew(
    client: httpx.AsyncClient, make: Factory, session: Session, desk: str, state: str
) -> None:
    then = datetime.now(UTC) - timedelta(hours=1)
    async with make.database.writing() as db:
        dead = {"state": state, "done": 40, "total": 100, "asked_at": then, "leased_until": then}
        db.add(Job(kind=caption_drafts.KIND, subject_id=session.id, version=str(session.id), **dead))
    await client.post(f"{desk}/draft")
    assert "Beep 1" in await shows(client, desk, "This is a draft")


async def test_a_draft_of_another_film_is_not_shown(
    client: httpx.AsyncClient, make: Factory, session: Session, desk: str
) -> None:
    async with make.database.writing() as db:
        text = "WEBVTT\n\n00:01.000 --> 00:02.000\nSomething else\n"
        db.add(CaptionDraft(session_id=session.id, directory="another", text=text))
    shown = (await client.get(desk)).text
    assert "Something else" not in shown
    assert "Draft them by speech recognition" in shown


@pytest.mark.parametrize("command", [""])
async def test_without_a_command_nothing_is_pretended(client: httpx.AsyncClient, desk: str) -> None:
    assert "speech recognition" not in (await client.get(desk)).text
    assert (await client.post(f"{desk}/draft")).status_code == 404
