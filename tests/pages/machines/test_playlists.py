"""A session's pictures: the people who may fetch them, and the time at which each can be had."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from server.models import Event, Person, Registration, Session
from server.playback.admissions import REMEMBERED_S as admission_s
from server.playback.admissions import Admissions
from server.playback.airings import REMEMBERED_S, Airings
from server.settings import Settings
from server.store import registrations, sessions
from server.store.engine.database import Database
from tests.factory import Factory
from tests.pages.films import COUNT, SEGMENT_S, film_of

PLAYLISTS = ("index.m3u8", "sound.m3u8", "video.m3u8", "audio.m3u8", "captions.m3u8")


NewSession = Callable[..., Awaitable[Session]]


@pytest.fixture
def with_film(make: Factory, event: Event, database: Database, settings: Settings) -> NewSession:
    """Makes a session that plays a film; live since `ago` seconds unless told otherwise."""

    async def session(ago: float = 30.0, **columns: object) -> Session:
        film = await film_of(event, database, settings)
        began = datetime.now(UTC) - timedelta(seconds=ago)
        return await make.live_session(event, film_id=film.id, started_at=began, **columns)

    return session


def media(event: Event, session: Session, name: str) -> str:
    return f"/{event.slug}/sessions/{session.slug}/media/{name}"


def began(session: Session) -> datetime:
    assert session.started_at is not None
    return session.started_at


def uris(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if not line.startswith("#")]


async def test_a_delegate_gets_every_playlist_and_what_it_lists(
    client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession
) -> None:
    session = await with_film()
    for name in PLAYLISTS:
        answer = await client.get(media(event, session, name))
        assert answer.status_code == 200, name
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert answer.headers["cache-control"] == "private, no-cache"
    listed = uris((await client.get(media(event, session, "video.m3u8"))).text)
    assert len(listed) >= 15
    assert listed[14] == f"/segments/{session.media_key}/v-2-4.m4s"
    client.cookies.clear()
    answer = await client.get(listed[14])
    assert answer.text == "v-4.m4s"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await client.get(f"/segments/{session.media_key}/a.mp4")).text == "a.mp4"


async def test_a_playlist_is_compressed_and_not_sent_twice(
    client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession
) -> None:
    session = await with_film()
    address = media(event, session, "index.m3u8")
    first = await client.get(address)
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["vary"] == "accept-encoding"
    again = await client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = await client.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == first.text


async def test_a_stranger_is_refused_without_being_sent_elsewhere(
    client: httpx.AsyncClient, event: Event, with_film: NewSession
) -> None:
    session = await with_film()
    for name in (*PLAYLISTS, "poster.jpg"):
        assert (await client.get(media(event, session, name))).status_code == 401


@pytest.mark.parametrize("state", ["held", "waitlisted", "released", "cancelled"])
async def test_who_has_no_confirmed_place_is_refused(
    client: httpx.AsyncClient, event: Event, make: Factory, with_film: NewSession, state: str
) -> None:
    session = await with_film()
    client.cookies.update(await make.cookie(await make.delegate(event, state=state)))
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 403


async def test_a_delegate_of_another_event_is_refused(
    client: httpx.AsyncClient, event: Event, make: Factory, with_film: NewSession
) -> None:
    session = await with_film()
    client.cookies.update(await make.cookie(await make.delegate(await make.event())))
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 403


async def test_the_next_segment_cannot_be_had_by_guessing_its_name(
    client: httpx.AsyncClient, with_film: NewSession
) -> None:
    session = await with_film(ago=2.5)
    base = f"/segments/{session.media_key}"
    assert (await client.get(f"{base}/v-0-0.m4s")).status_code == 200
    for name in ("v-0-4.m4s", "a-0-4.m4s", "c-0-4.vtt", "v-7-0.m4s", "v-4.m4s", "film.json", "captions.vtt"):
        answer = await client.get(f"{base}/{name}")
        assert answer.status_code == 404, name
        assert answer.headers["cache-control"] == "no-store"


async def test_an_unknown_key_opens_nothing(client: httpx.AsyncClient, with_film: NewSession) -> None:
    await with_film()
    assert (await client.get(f"/segments/{'0' * 32}/v-0-0.m4s")).status_code == 404


async def test_a_session_that_has_not_begun_plays_nothing(
    client: httpx.AsyncClient, event: Event, amina: Person, make: Factory, database: Database, settings: Settings
) -> None:
    film = await film_of(event, database, settings)
    session = await make.session(event, film_id=film.id)
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 404
    assert (await client.get(f"/segments/{session.media_key}/v-0-0.m4s")).status_code == 404
    assert (await client.get(media(event, session, "poster.jpg"))).text == "poster.jpg"


async def test_a_session_without_a_film_plays_nothing(
    client: httpx.AsyncClient, event: Event, amina: Person, make: Factory
) -> None:
    session = await make.live_session(event)
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 404
    assert (await client.get(media(event, session, "poster.jpg"))).status_code == 404


async def test_nothing_is_added_while_the_session_is_paused(
    app: Starlette, client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession
) -> None:
    session = await with_film(ago=31)
    paused_at = began(session) + timedelta(seconds=21)
    async with app.state.db.writing() as db:
        assert await sessions.move(db, session, "pause", now=paused_at)
    assert len(uris((await client.get(media(event, session, "video.m3u8"))).text)) == 10
    async with app.state.db.writing() as db:
        assert await sessions.move(db, session, "resume", now=datetime.now(UTC))
    resumed = (await client.get(media(event, session, "video.m3u8"))).text
    assert 10 <= len(uris(resumed)) < 15
    assert "ENDLIST" not in resumed


async def test_the_recording_is_at_the_same_address_the_moment_the_session_ends(
    app: Starlette, client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession
) -> None:
    session = await with_film(ago=24)
    address = media(event, session, "video.m3u8")
    live = (await client.get(address)).text
    ended_at = datetime.now(UTC)
    async with app.state.db.writing() as db:
        assert await sessions.move(db, session, "end", now=ended_at)
    recording = (await client.get(address)).text
    assert recording.startswith(live)
    assert recording.endswith("#EXT-X-ENDLIST\n")
    sent = int((ended_at - began(session)).total_seconds() // SEGMENT_S)
    assert len(uris(recording)) == sent
    for uri in uris(recording):
        assert (await client.get(uri)).status_code == 200
    next_one = f"/segments/{session.media_key}/v-{sent // COUNT}-{sent % COUNT}.m4s"
    assert (await client.get(next_one)).status_code == 404
    assert (await client.get(media(event, session, "captions.vtt"))).text == "captions.vtt"


async def test_whole_captions_are_not_told_before_the_end(
    client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession
) -> None:
    session = await with_film()
    assert (await client.get(media(event, session, "captions.vtt"))).status_code == 404


async def test_withdrawing_a_recording_closes_its_addresses(
    app: Starlette, client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession
) -> None:
    session = await with_film(ago=25)
    old = f"/segments/{session.media_key}/v-0-0.m4s"
    async with app.state.db.writing() as db:
        await sessions.move(db, session, "end", now=datetime.now(UTC))
    assert (await client.get(old)).status_code == 200
    async with app.state.db.writing() as db:
        assert await sessions.move_recording(db, session, "withdraw")
    assert (await client.get(old)).status_code == 404
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 404
    async with app.state.db.writing() as db:
        assert await sessions.move_recording(db, session, "open")
    listed = uris((await client.get(media(event, session, "video.m3u8"))).text)
    assert listed and session.media_key not in listed[0]
    assert (await client.get(listed[0])).status_code == 200
    assert (await client.get(old)).status_code == 404


@pytest.mark.parametrize(
    ("recording", "recordings_open", "days_ago"),
    [("open", "at once", 5), ("ready", "when published", 0), ("none", "at once", 0)],
    ids=["the day on which recordings close is over", "not published yet", "there is none"],
)
async def test_segments_are_given_out_only_while_somebody_may_watch(
    client: httpx.AsyncClient,
    make: Factory,
    database: Database,
    settings: Settings,
    recording: str,
    recordings_open: str,
    days_ago: int,
) -> None:
    day = datetime.now(UTC).date() - timedelta(days=days_ago)
    event = await make.event(
        starts_on=day, ends_on=day, recordings_open=recordings_open, recordings_close_on=day if days_ago else None
    )
    film = await film_of(event, database, settings)
    ended_at = datetime.now(UTC) - timedelta(days=days_ago, minutes=10)
    hours = {"started_at": ended_at - timedelta(seconds=30), "ended_at": ended_at}
    session = await make.session(event, film_id=film.id, state="ended", recording=recording, **hours)
    assert (await client.get(f"/segments/{session.media_key}/v-0-0.m4s")).status_code == 404


async def test_a_recording_that_is_not_open_yet_is_previewed_by_the_crew_alone(
    app: Starlette, client: httpx.AsyncClient, make: Factory, database: Database, settings: Settings
) -> None:
    event = await make.event(recordings_open="when published")
    film = await film_of(event, database, settings)
    ended_at = datetime.now(UTC) - timedelta(minutes=10)
    hours = {"started_at": ended_at - timedelta(seconds=30), "ended_at": ended_at}
    session = await make.session(event, film_id=film.id, state="ended", recording="ready", **hours)
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    listed = uris((await client.get(media(event, session, "video.m3u8"))).text)
    assert listed[0].startswith(f"/{event.slug}/sessions/{session.slug}/preview/")
    seen = await client.get(listed[0])
    assert (seen.status_code, seen.headers["cache-control"]) == (200, "private, no-store")
    client.cookies.clear()
    client.cookies.update(await make.cookie(await make.delegate(event)))
    assert (await client.get(listed[0])).status_code == 403
    async with app.state.db.writing() as db:
        assert await sessions.move_recording(db, session, "open")
    opened = uris((await client.get(media(event, session, "video.m3u8"))).text)
    assert opened[0].startswith(f"/segments/{session.media_key}/")
    assert (await client.get(opened[0])).status_code == 200


async def test_who_cancels_is_refused_at_once(
    app: Starlette, client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession
) -> None:
    session = await with_film()
    address = media(event, session, "index.m3u8")
    assert (await client.get(address)).status_code == 200
    async with app.state.db.writing() as db:
        registration = (await db.exec(select(Registration).where(Registration.person_id == amina.id))).one()
        assert await registrations.cancel(db, registration, datetime.now(UTC))
    assert (await client.get(address)).status_code == 403


async def test_who_signs_out_is_refused_at_once_and_nobody_else(
    client: httpx.AsyncClient, event: Event, amina: Person, make: Factory, with_film: NewSession
) -> None:
    address = media(event, await with_film(), "index.m3u8")
    cookies = await make.cookie(await make.delegate(event))
    async with httpx.AsyncClient(transport=client._transport, base_url=client.base_url, cookies=cookies) as other:
        for browser in (client, other):
            assert (await browser.get(address)).status_code == 200
        left = str(dict(client.cookies)["plenary"])
        await client.post("/sign-out")
        client.cookies.set("plenary", left)
        assert (await client.get(address)).status_code == 401
        assert (await other.get(address)).status_code == 200


def test_an_admission_is_forgotten_after_its_time() -> None:
    clock = 100.0
    admissions = Admissions(lambda: clock)
    admissions.admit("amina", "a person's id")
    assert admissions.knows("amina")
    assert not admissions.knows("bo")
    clock += admission_s
    assert not admissions.knows("amina")


async def test_a_thousand_players_are_one_question_to_the_database(
    database: Database, settings: Settings, event: Event, with_film: NewSession
) -> None:
    session = await with_film()
    airings = Airings(database, settings)
    answers = await asyncio.gather(*(airings.at(event.slug, session.slug) for _ in range(1000)))
    assert len({id(answer) for answer in answers}) == 1
    assert answers[0] is not None and answers[0].session.id == session.id


async def test_what_another_process_withdrew_is_closed_here_within_a_second(
    database: Database, settings: Settings, with_film: NewSession
) -> None:
    clock = 100.0
    session = await with_film(state="ended", recording="open")
    airings = Airings(database, settings, lambda: clock)
    assert await airings.with_key(session.media_key)
    async with database.writing() as db:
        await sessions.move_recording(db, session, "withdraw")
    assert await airings.with_key(session.media_key)
    clock += REMEMBERED_S
    assert await airings.with_key(session.media_key) is None


async def test_a_recording_that_is_not_open_can_be_seen_to_its_end_and_by_the_organiser(
    client: httpx.AsyncClient, make: Factory, database: Database, settings: Settings
) -> None:
    event = await make.event(recordings_open="when published")
    film = await film_of(event, database, settings)
    now = datetime.now(UTC)

    async def ended(ago_s: float) -> Session:
        ended_at = now - timedelta(seconds=ago_s)
        started_at = ended_at - timedelta(seconds=30)
        return await make.session(
            event, film_id=film.id, state="ended", recording="ready", started_at=started_at, ended_at=ended_at
        )

    just_now, long_ago = await ended(20), await ended(600)
    client.cookies.update(await make.cookie(await make.delegate(event)))
    assert (await client.get(media(event, just_now, "video.m3u8"))).text.endswith("#EXT-X-ENDLIST\n")
    assert (await client.get(media(event, long_ago, "video.m3u8"))).status_code == 404
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    assert (await client.get(media(event, long_ago, "video.m3u8"))).status_code == 200


async def test_recordings_close_after_their_last_day(
    client: httpx.AsyncClient, make: Factory, database: Database, settings: Settings
) -> None:
    event = await make.event(recordings_close_on=(datetime.now(UTC) - timedelta(days=3)).date())
    film = await film_of(event, database, settings)
    ended_at = datetime.now(UTC) - timedelta(days=5)
    session = await make.session(
        event,
        film_id=film.id,
        state="ended",
        recording="open",
        started_at=ended_at - timedelta(seconds=30),
        ended_at=ended_at,
    )
    client.cookies.update(await make.cookie(await make.delegate(event)))
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 404


@pytest.mark.parametrize("name", ["other.m3u8", "film.json", "v.mp4", "video", "..%2Ffilm.json", "x" * 300])
async def test_other_names_are_not_found(
    client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession, name: str
) -> None:
    session = await with_film()
    assert (await client.get(media(event, session, name))).status_code == 404


async def test_a_film_that_is_missing_on_this_machine_is_not_found(
    client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession, settings: Settings
) -> None:
    session = await with_film()
    (settings.data / "media" / "films" / str(event.id) / "film.json").unlink()
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 404
    assert (await client.get(f"/segments/{session.media_key}/v-0-0.m4s")).status_code == 404


BROKEN = {
    "missing": None,
    "empty": b"",
    "not JSON": b"{",
    "not text": b"\xff\xfe",
    "of another kind": b"[]",
    "without its pictures": b'{"title": "Hearts"}',
    "of wrong types": b'{"title": 1, "width": "wide", "height": [], "frame_rate": null, "video": {}, "audio": 7}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
async def test_a_film_whose_index_is_broken_breaks_no_page_and_is_named(
    client: httpx.AsyncClient,
    make: Factory,
    event: Event,
    amina: Person,
    with_film: NewSession,
    settings: Settings,
    content: bytes | None,
) -> None:
    session = await with_film(title="Healthy Hearts")
    index = settings.data / "media" / "films" / str(event.id) / "film.json"
    index.unlink()
    if content is not None:
        index.write_bytes(content)
    assert (await client.get(media(event, session, "index.m3u8"))).status_code == 404
    for path in ("", "/lobby", "/agenda", f"/sessions/{session.slug}"):
        assert (await client.get(f"/{event.slug}{path}")).status_code == 200, path
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    for path in ("", f"/sessions/{session.slug}", f"/sessions/{session.slug}/recording", "/films"):
        assert (await client.get(f"/{event.slug}/console{path}")).status_code == 200, path
    console = (await client.get(f"/{event.slug}/console")).text
    assert "The film of “Healthy Hearts” is missing or broken on this server." in console


async def test_a_repeated_film_begins_anew_without_new_files(
    client: httpx.AsyncClient, event: Event, amina: Person, with_film: NewSession
) -> None:
    session = await with_film(ago=22)
    listed = uris((await client.get(media(event, session, "audio.m3u8"))).text)
    assert [(await client.get(uri)).text for uri in listed[COUNT : COUNT + 2]] == ["a-0.m4s", "a-1.m4s"]
