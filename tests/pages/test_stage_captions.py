"""The captions of a stage's programme: corrected in the console, read beside the recording, found in the library."""

import httpx
import pytest

from rooms.playback.webvtt import Cue, write_webvtt
from server.models import Event, Session
from server.playback.programmes import directory_of
from server.settings import Settings
from tests.factory import Factory
from tests.pages.broadcasts import NewSession

pytestmark = pytest.mark.one_engine
TEXT = write_webvtt([Cue(1, 3, "Good morning."), Cue(7, 9, "Take your pulse.")])


@pytest.fixture
async def session(from_stage: NewSession) -> Session:
    """A recording from a stage, of which the first seconds were cut away."""
    return await from_stage(trim_start=4.0)


async def test_captions_of_a_stage_are_played_read_and_searched(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session
) -> None:
    page = f"/{event.slug}/sessions/{session.slug}"
    desk = f"/{event.slug}/console/sessions/{session.slug}/recording"
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    assert (await client.post(f"{desk}/captions", data={"text": TEXT})).status_code == 303
    assert "00:00:07.000 --&gt; 00:00:09.000" in (await client.get(desk)).text
    client.cookies.clear()
    client.cookies.update(await make.cookie(await make.delegate(event)))
    assert 'URI="captions.m3u8"' in (await client.get(f"{page}/media/index.m3u8")).text
    playlist = (await client.get(f"{page}/media/captions.m3u8")).text
    listed = [line for line in playlist.splitlines() if not line.startswith("#")]
    assert listed[0].startswith(f"/segments/{session.media_key}/c-2.vtt?v=")
    said = [(await client.get(address)).text for address in listed]
    assert "Take your pulse." in said[1]
    assert (await client.get(f"/segments/{session.media_key}/c-0.vtt")).status_code == 404
    shown = (await client.get(page)).text
    assert "Take your pulse." in shown and "Good morning." not in shown
    assert "Take your pulse." in (await client.get(f"/{event.slug}/recordings", params={"q": "pulse"})).text


async def test_a_stage_that_still_sends_has_no_captions_to_correct(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session, settings: Settings
) -> None:
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    directory = directory_of(settings, session)
    for name in ("video.m3u8", "audio.m3u8"):
        path = directory / name
        path.write_text(path.read_text().replace("#EXT-X-ENDLIST\n", ""))
    desk = f"/{event.slug}/console/sessions/{session.slug}/recording"
    assert "Nothing to caption yet" in (await client.get(desk)).text
    assert (await client.post(f"{desk}/captions", data={"text": TEXT})).status_code == 409
