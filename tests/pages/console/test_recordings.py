"""The organiser cuts a recording, sets its chapters and corrects its captions."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from rooms.playback.webvtt import Cue, write_webvtt
from server.models import Chapter, Event, Job, Keeping, Session
from server.playback.films import films_dir
from server.recordings import captions
from server.settings import Settings
from server.store.engine.jobs import DIED, MOST_DEATHS
from tests.factory import Factory
from tests.pages.films import film_of, sent_from
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("olive")

NOW = datetime.now(UTC)
CHECKED_WITHIN_S = 120


@pytest.fixture
async def session(make: Factory, event: Event, settings: Settings) -> Session:
    """The recording of a film of ten seconds that was shown an hour ago."""
    film = await film_of(event, make.database, settings)
    directory = films_dir(settings) / film.directory
    captions.write(directory, sent_from(directory), [Cue(1, 2, "Hello")])
    times = {"started_at": NOW - timedelta(hours=1), "ended_at": NOW - timedelta(minutes=30)}
    return await make.session(event, film_id=film.id, state="ended", recording="open", **times)


def desk(event: Event, session: Session, rest: str) -> str:
    return f"/{event.slug}/console/sessions/{session.slug}/{rest}"


async def stored(make: Factory, session: Session) -> Session:
    async with make.database.reading() as db:
        return await db.get_one(Session, session.id)


async def listed(client: httpx.AsyncClient, event: Event, session: Session) -> list[str]:
    text = (await client.get(f"/{event.slug}/sessions/{session.slug}/media/video.m3u8")).text
    return [line for line in text.splitlines() if not line.startswith("#")]


async def captions_listed(client: httpx.AsyncClient, page: str) -> list[str]:
    """The addresses at which a player finds the captions."""
    text = (await client.get(f"{page}/media/captions.m3u8")).text
    return [line for line in text.splitlines() if not line.startswith("#")]


async def test_what_is_cut_away_cannot_be_had_any_more(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session
) -> None:
    before = await listed(client, event, session)
    answer = await client.post(desk(event, session, "recording/cut"), data={"begins": "0:04", "ends": "0:07"})
    assert answer.status_code == 303
    kept = await listed(client, event, session)
    assert [uri.rpartition("/")[2] for uri in kept] == ["v-0-2.m4s", "v-0-3.m4s"]
    assert (await client.get(kept[0])).status_code == 200
    key = kept[0].rpartition("/")[0]
    for gone in (before[0], before[2], f"{key}/v-0-0.m4s"):
        assert (await client.get(gone)).status_code == 404


async def test_a_cut_that_is_made_as_the_session_ends_holds_at_once(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session
) -> None:
    async with make.database.writing() as db:
        db.add(session)
        session.ended_at = datetime.now(UTC)
    assert len(await listed(client, event, session)) > 5
    await client.post(desk(event, session, "recording/cut"), data={"begins": "0:04", "ends": "0:07"})
    assert [uri.rpartition("/")[2] for uri in await listed(client, event, session)] == ["v-0-2.m4s", "v-0-3.m4s"]


@pytest.mark.parametrize(
    ("begins", "ends", "says"),
    [("soon", "", "for example 4:05"), ("0:05", "0:05", "before the beginning"), ("", "1:99", "for example 4:05")],
)
async def test_a_cut_that_makes_no_sense_is_explained(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session, begins: str, ends: str, says: str
) -> None:
    answer = await client.post(desk(event, session, "recording/cut"), data={"begins": begins, "ends": ends})
    assert answer.status_code == 422
    assert says in answer.text
    assert (await stored(make, session)).trim_end is None


async def test_a_chapter_is_marked_live_with_one_button_and_named_later(
    client: httpx.AsyncClient, make: Factory, event: Event, settings: Settings
) -> None:
    film = await film_of(event, make.database, settings)
    session = await make.live_session(event, film_id=film.id, started_at=datetime.now(UTC) - timedelta(seconds=4))
    assert (await client.post(desk(event, session, "chapters"), data={"at": "now"})).status_code == 303
    async with make.database.reading() as db:
        chapter = (await db.exec(select(Chapter))).one()
    assert chapter.title == "Chapter 1"
    assert abs((chapter.at - datetime.now(UTC)).total_seconds()) < 60
    changed = {"title": "Why hearts matter", "at": "0:02"}
    answer = await client.post(desk(event, session, f"chapters/{chapter.id}"), data=changed)
    assert answer.status_code == 303
    assert 'value="Why hearts matter"' in (await client.get(desk(event, session, "recording"))).text


async def test_a_chapter_of_a_recording_names_its_moment_and_follows_the_cut(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session
) -> None:
    assert (
        await client.post(desk(event, session, "chapters"), data={"title": "Pulse", "at": "0:06"})
    ).status_code == 303
    assert 'value="0:06"' in (await client.get(desk(event, session, "recording"))).text
    await client.post(desk(event, session, "recording/cut"), data={"begins": "0:04"})
    assert 'value="0:02"' in (await client.get(desk(event, session, "recording"))).text


@pytest.mark.parametrize(
    ("at", "says"), [("", "fill this in"), ("now", "not live"), ("9:00", "not so long"), ("soon", "for example 4:05")]
)
async def test_a_chapter_that_is_nowhere_is_refused(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session, at: str, says: str
) -> None:
    answer = await client.post(desk(event, session, "chapters"), data={"title": "Pulse", "at": at})
    assert answer.status_code == 422
    assert says in answer.text


async def test_captions_are_corrected_in_the_page(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session, settings: Settings
) -> None:
    address = desk(event, session, "recording")
    assert "00:00:01.000 --&gt; 00:00:02.000" in (await client.get(address)).text
    text = write_webvtt([Cue(1, 2, "Hello"), Cue(3, 5, "Take your pulse.")]).replace("\n", "\r\n")
    before = await captions_listed(client, f"/{event.slug}/sessions/{session.slug}")
    assert (await client.post(f"{address}/captions", data={"text": text})).status_code == 303
    media = f"/{event.slug}/sessions/{session.slug}"
    assert "Take your pulse." in (await client.get(media)).text
    assert "Take your pulse." in (await client.get(f"{media}/media/captions.vtt")).text
    after = await captions_listed(client, media)
    assert not set(before) & set(after)
    assert "Take your pulse." in (await client.get(after[1])).text
    key = (await stored(make, session)).media_key
    assert "Take your pulse." in (await client.get(f"/segments/{key}/c-0-1.vtt")).text


async def test_a_caption_file_takes_their_place(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session
) -> None:
    file = write_webvtt([Cue(0, 4, "Größe & Maß")]).encode()
    answer = await client.post(
        desk(event, session, "recording/captions"), data={"text": "ignored"}, files={"file": ("a.vtt", file)}
    )
    assert answer.status_code == 303
    assert "Größe &amp; Maß" in (await client.get(f"/{event.slug}/sessions/{session.slug}")).text


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"1\n00:00:01,000 --> 00:00:02,000\nHello", "SubRip"),
        (b"WEBVTT\n", "no caption in this file"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nGrün".encode("latin-1"), "UTF-8"),
        (b"WEBVTT\n\n01:00:01.000 --> 01:00:02.000\nHello", "after the end, 0:10"),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nHello", "Line 3"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, make: Factory, event: Event, session: Session, file: bytes, says: str
) -> None:
    answer = await client.post(desk(event, session, "recording/captions"), files={"file": ("a.vtt", file)})
    assert answer.status_code == 422
    assert says in answer.text
    assert "Hello" in (await client.get(f"/{event.slug}/sessions/{session.slug}/media/captions.vtt")).text


async def test_more_desks_are_opened_at_once_than_there_are_connections_to_the_database(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    sessions = [await make.session(event) for _ in range(8)]
    answers = await asyncio.gather(*(client.get(desk(event, each, "recording")) for each in sessions))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_check_that_has_failed_says_so_and_is_made_again(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event, session: Session
) -> None:
    again, page = desk(event, session, "recording/check"), desk(event, session, "recording")
    now = datetime.now(UTC)
    async with app.state.db.writing() as db:
        db.add(Keeping(session_id=session.id))
        died = {"state": "failed", "deaths": MOST_DEATHS, "reason": DIED}
        db.add(Job(kind="recording check", subject_id=session.id, event_id=event.id, due_at=now, asked_at=now, **died))
    text = (await client.get(page)).text
    assert DIED in text
    assert "It is being looked over" not in text
    assert (await client.post(again)).status_code == 303

    async def is_checked() -> bool:
        return "Looked over" in (await client.get(page)).text

    await until(is_checked, CHECKED_WITHIN_S)
    assert (await client.post(again)).status_code == 409
