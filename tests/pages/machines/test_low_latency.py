"""A stage that is put out in parts: its playlists, and requests that wait for the next part."""

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from anyio import to_thread
from starlette.applications import Starlette

from rooms.playback.film_index import INDEX_NAME
from rooms.playback.parts import LISTED_SEGMENTS, PART_S, Part, list_name, part_name, write
from rooms.playback.recording import SIGNED, SMALL, playlist_name
from server.models import Event, Person, Session
from server.playback import reloads
from server.playback.airings import Airing, Airings
from server.playback.films import index_at
from server.playback.lookout import Lookout
from server.playback.programmes import directory_of, stored_at
from server.settings import Settings
from server.store.engine.database import Database
from tests.factory import Factory
from tests.pages.broadcasts import open_programme
from tests.pages.films import film_of
from tests.rooms.media.speaker import Speaker, feed
from tests.waiting import WITHIN_S, until

pytestmark = pytest.mark.one_engine
SENT_S, MORE_S = 9.0, 1.0
WAITERS = 300
PART = re.compile(r'#EXT-X-PART:.*URI="(/segments/[^"]+/(?:signed-)?[va]-(\d+)\.\d+\.m4s)"')
HINT = re.compile(r'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="([^"]+-(\d+)\.(\d+)\.m4s)"')


class Sent:
    """A programme in parts that is fed by hand."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.speaker, self.sent_s, self.is_over = directory, Speaker(), 0.0, False
        epoch_s = time.time() - SENT_S - self.speaker.begins_s
        self.programme = open_programme(directory, epoch_s, in_parts=True)

    async def more(self, seconds: float) -> None:
        """Send so many more seconds, and wait until all of it is on the disk: the index is written after it."""
        begins, self.sent_s = self.sent_s, self.sent_s + seconds
        await to_thread.run_sync(lambda: feed(self.programme, self.speaker, seconds=self.sent_s, since_s=begins))
        index = self.directory / INDEX_NAME
        await until(index.exists)
        written = index.stat().st_mtime_ns
        self.programme.disk.describe(index_at(self.directory))
        await until(lambda: index.stat().st_mtime_ns != written)

    def stop(self) -> None:
        if not self.is_over:
            self.programme.stop()

    async def end(self) -> None:
        self.is_over = True
        await asyncio.wrap_future(self.programme.end())


@pytest.fixture
async def session(make: Factory, event: Event) -> Session:
    return await make.live_session(event, stage_id=(await make.stage(event)).id)


@pytest.fixture
async def sent(settings: Settings, session: Session) -> AsyncIterator[Sent]:
    sent = Sent(directory_of(settings, session))
    await sent.more(SENT_S)
    yield sent
    sent.stop()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests wait for longer: on a busy machine a player's time may pass before more is on the disk."""
    monkeypatch.setattr(reloads, "WAITS_S", WITHIN_S)


Get = Callable[..., "asyncio.Task[httpx.Response]"]


@pytest.fixture
def get(client: httpx.AsyncClient, event: Event, session: Session, amina: Person) -> Get:
    """Asks for a playlist of the session."""

    def asked(name: str, **query: object) -> asyncio.Task[httpx.Response]:
        address = f"/{event.slug}/sessions/{session.slug}/media/{name}"
        wanted = {f"_HLS_{key}": str(value) for key, value in query.items()}
        return asyncio.create_task(client.get(address, params=wanted))

    return asked


def next_in(playlist: str) -> tuple[str, int, int]:
    """The address of the next part, its segment, and its number in that segment."""
    found = HINT.search(playlist)
    assert found is not None
    return found[1], int(found[2]), int(found[3])


@pytest.mark.parametrize("name", ["video.m3u8", "audio.m3u8"])
async def test_a_playlist_lists_the_newest_parts_and_who_knows_the_key_gets_them(
    get: Get, client: httpx.AsyncClient, session: Session, sent: Sent, name: str
) -> None:
    playlist = (await get(name)).text
    assert "CAN-BLOCK-RELOAD=YES" in playlist and "#EXT-X-PART-INF:PART-TARGET=0.400" in playlist
    _, following, _ = next_in(playlist)
    parts = PART.findall(playlist)
    assert {int(segment) for _, segment in parts} == set(range(following - LISTED_SEGMENTS, following + 1))
    client.cookies.clear()
    for address, _ in parts:
        answer = await client.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=10")
        assert (await client.get(address.replace(session.media_key, "x" * 20))).status_code == 404
    none_yet = f"/segments/{session.media_key}/{part_name(name[0], following + 1, 0)}"
    assert (await client.get(none_yet)).status_code == 404


@pytest.mark.parametrize("name", ["video.m3u8", "audio.m3u8"])
async def test_who_asks_for_the_next_part_or_segment_is_answered_when_it_is_there(
    get: Get, sent: Sent, name: str
) -> None:
    _, segment, part = next_in((await get(name)).text)
    for_part, for_segment = get(name, msn=segment, part=part), get(name, msn=segment)
    assert next_in((await get(name)).text)[1:] == (segment, part)
    assert not for_part.done() and not for_segment.done()
    await sent.more(MORE_S)
    assert next_in((await for_part).text)[1:] > (segment, part)
    await sent.more(2 * reloads.TARGET_S)
    assert f"-{segment}.m4s" in (await for_segment).text


async def test_a_part_beyond_the_last_of_a_segment_is_the_first_of_the_next_one(get: Get, sent: Sent) -> None:
    _, segment, _ = next_in((await get("video.m3u8")).text)
    asked = get("video.m3u8", msn=segment, part=99)
    await sent.more(2 * reloads.TARGET_S)
    assert next_in((await asked).text)[1:] > (segment + 1, 0)


async def test_the_part_that_is_said_to_come_next_can_be_asked_for_already(
    get: Get, client: httpx.AsyncClient, sent: Sent
) -> None:
    address, *_ = next_in((await get("video.m3u8")).text)
    asked = asyncio.create_task(client.get(address))
    assert next_in((await get("video.m3u8")).text)[0] == address and not asked.done()
    await sent.more(MORE_S)
    assert (await asked).content == (sent.directory / address.rpartition("/")[2]).read_bytes()


async def test_the_interpreters_picture_is_put_out_in_parts_too(
    app: Starlette, get: Get, client: httpx.AsyncClient, session: Session, sent: Sent
) -> None:
    signed = Sent(sent.directory / SIGNED)
    await signed.more(SENT_S)
    await app.state.airings.forget([(f"session:{session.id}", "status", 1)])
    address, segment, part = next_in((await get("signed.m3u8")).text)
    asked, asked_for_part = get("signed.m3u8", msn=segment, part=part), asyncio.create_task(client.get(address))
    assert not asked.done()
    await signed.more(MORE_S)
    assert next_in((await asked).text)[1:] > (segment, part)
    assert (await asked_for_part).status_code == 200
    signed.stop()


async def test_whoever_waits_is_told_when_nothing_comes(
    get: Get, client: httpx.AsyncClient, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, segment, part = next_in((await get("video.m3u8")).text)
    monkeypatch.setattr(reloads, "WAITS_S", 0.2)
    assert (await get("video.m3u8", msn=segment, part=part)).status_code == 503
    assert (await client.get(address)).status_code == 503


async def test_whoever_waits_is_answered_when_the_programme_ends(get: Get, sent: Sent) -> None:
    _, segment, _ = next_in((await get("video.m3u8")).text)
    asked = get("video.m3u8", msn=segment + 2)
    await sent.end()
    text = (await asked).text
    assert text.endswith("#EXT-X-ENDLIST\n") and "PART" not in text


@pytest.mark.parametrize(
    "query", [{"part": 1}, {"msn": -1}, {"msn": "x"}, {"msn": 1, "part": "1.5"}, {"msn": "²"}, {"msn": 99}]
)
async def test_what_cannot_be_waited_for_is_refused(get: Get, sent: Sent, query: dict[str, object]) -> None:
    assert (await get("video.m3u8", **query)).status_code == 400


async def test_a_delta_update_has_the_parts_too(get: Get, sent: Sent) -> None:
    await sent.more(12.0)
    playlist = (await get("video.m3u8", skip="YES")).text
    assert "#EXT-X-SKIP:" in playlist and PART.search(playlist) and HINT.search(playlist)


async def test_a_playlist_without_parts_is_not_waited_for(
    get: Get, client: httpx.AsyncClient, event: Event, make: Factory, database: Database, settings: Settings, sent: Sent
) -> None:
    assert "PART" not in (await get("index.m3u8", msn=999)).text
    film = await film_of(event, database, settings)
    played = await make.live_session(event, film_id=film.id)
    answer = await client.get(f"/{event.slug}/sessions/{played.slug}/media/video.m3u8", params={"_HLS_msn": "999"})
    assert answer.status_code == 200


async def test_all_who_wait_are_answered_from_one_look_at_the_database(
    database: Database, settings: Settings, event: Event, session: Session, sent: Sent
) -> None:
    airings, lookout = Airings(database, settings), Lookout()
    airing = await airings.at(event.slug, session.slug)
    assert airing is not None
    before = airing.source.version(airing.read_at)

    def has_changed(airing: Airing) -> bool:
        return airing.source.version(airing.read_at) != before

    async def wait() -> Airing | None:
        return await reloads.until(
            lookout,
            lambda since_s: airings.at(event.slug, session.slug, since_s=since_s),
            lambda source: source.version(airing.read_at) != before,
        )

    waiting = [asyncio.create_task(wait()) for _ in range(WAITERS)]
    await sent.more(MORE_S)
    answers = await asyncio.gather(*waiting)
    assert all(answer and has_changed(answer) for answer in answers)
    assert len({id(answer) for answer in answers}) <= 2


async def test_a_smaller_size_that_lists_the_larger_ones_files_is_not_waited_for(
    settings: Settings, sent: Sent
) -> None:
    shutil.copy(sent.directory / playlist_name("video"), sent.directory / playlist_name(SMALL))
    of_before = [Part(part_name("s", 0, number), PART_S, number == 0, run=0) for number in range(5)]
    (sent.directory / list_name(SMALL)).write_bytes(write(of_before))
    stored = stored_at(settings, sent.directory, {})
    assert stored.parts.keys() == {"video", "audio"} and "PART" not in stored.playlist(SMALL, "")
    assert stored.has_come_to(SMALL, len(stored.journals[SMALL].listed), 0)


async def test_an_object_store_has_no_parts(settings: Settings, sent: Sent) -> None:
    stored = settings.model_copy(update={"store_url": "s3://bucket"})
    assert stored_at(settings, sent.directory, {}).parts["video"]
    assert not stored_at(stored, sent.directory, {"video": 3, "audio": 3}).parts
