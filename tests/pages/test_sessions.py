"""The session page in each state of its session, and the progress that a viewer has made."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from server.models import Event, Person, Session, SessionSpeaker, Tally, WatchInterval, WatchProgress
from server.settings import Settings
from server.store.engine.database import Database
from tests.factory import Factory
from tests.pages.films import film_of

NOW = datetime.now(UTC)


@pytest.fixture
async def amina(make: Factory, event: Event, client: httpx.AsyncClient) -> Person:
    """A delegate, signed in, who asked for captions, a transcript and calm mode."""
    person = await make.delegate(event, captions=True, transcript=True, calm=True)
    client.cookies.update(await make.cookie(person))
    return person


async def page(client: httpx.AsyncClient, event: Event, session: Session) -> str:
    answer = await client.get(f"/{event.slug}/sessions/{session.slug}")
    assert answer.status_code == 200
    return answer.text


async def test_a_crowd_that_comes_at_once_is_let_in(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person, database: Database, settings: Settings
) -> None:
    """More pages at once than there are connections to SQLite, while the airing has still to be read."""
    film = await film_of(event, database, settings)
    session = await make.live_session(event, film_id=film.id, started_at=NOW)
    await asyncio.gather(*(page(client, event, session) for _ in range(5)))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"state": "scheduled"}, "Not yet"),
        ({"state": "scheduled", "starts_at": NOW - timedelta(minutes=1)}, "Starting soon"),
        ({"state": "live", "started_at": NOW}, "Live now"),
        ({"state": "paused", "started_at": NOW}, "Paused"),
        ({"state": "ended", "started_at": NOW, "ended_at": NOW}, "Ended"),
        ({"state": "ended", "started_at": NOW, "ended_at": NOW, "recording": "open"}, "On demand"),
        ({"state": "ended", "started_at": NOW, "ended_at": NOW, "recording": "withdrawn"}, "Ended"),
        ({"state": "cancelled"}, "Cancelled"),
    ],
)
async def test_every_state_is_drawn(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person, columns: dict[str, Any], words: str
) -> None:
    session = await make.session(event, **columns)
    head = (await page(client, event, session)).split('class="session-head-line"')[1]
    assert words in head.split("</p>")[0] or words == "Not yet"


@pytest.mark.parametrize(("state", "card"), [("standby", "between"), ("clear", "between"), ("on-air", "starting")])
async def test_a_live_session_is_drawn_with_what_its_stage_does(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person, state: str, card: str
) -> None:
    stage = await make.stage(event, state=state)
    text = await page(client, event, await make.live_session(event, stage_id=stage.id))
    assert f'data-shows="{card}"' in text
    assert f'data-card="{card}">' in text


async def test_it_says_who_what_and_how_many_clapped(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    session = await make.live_session(event, title="Healthy Hearts", abstract="Find it *sooner*.")
    speaker = await make.speaker(event, name="Heart nurse", about="Finds it early.")
    await make.table(event, speaker, title="Know your numbers")
    async with make.database.writing() as db:
        db.add(SessionSpeaker(session_id=session.id, speaker_id=speaker.id))
        db.add(Tally(session_id=session.id, wave="live", emoji="clap", n=1234))
    text = await page(client, event, session)
    for words in ("Healthy Hearts", "<em>sooner</em>", "Heart nurse", "Finds it early.", "Know your numbers", "1,234"):
        assert words in text


async def test_stated_needs_are_met_from_the_start(
    client: httpx.AsyncClient, make: Factory, settings: Settings, event: Event, amina: Person
) -> None:
    film = await film_of(event, make.database, settings)
    session = await make.live_session(event, film_id=film.id)
    text = await page(client, event, session)
    assert "data-calm data-captions" in text
    assert text.index('id="tab-transcript"') < text.index('id="tab-about"')
    client.cookies.update(await make.cookie(await make.delegate(event, "Ben")))
    text = await page(client, event, session)
    assert "data-calm" not in text
    assert text.index('id="tab-about"') < text.index('id="tab-transcript"')


async def test_the_transcript_is_whole_once_it_is_over_and_told_in_no_other_way_before(
    client: httpx.AsyncClient, make: Factory, settings: Settings, event: Event, amina: Person
) -> None:
    film = await film_of(event, make.database, settings)
    captions = settings.data / "media" / "films" / film.directory / "captions.vtt"
    captions.write_text("WEBVTT\n\n00:01.000 --> 00:03.000\nNobody knows\nthis yet.\n")
    session = await make.live_session(event, film_id=film.id)
    assert "Nobody knows" not in await page(client, event, session)
    async with make.database.writing() as db:
        row = await db.get_one(Session, session.id)
        row.state, row.ended_at, row.recording = "ended", NOW, "open"
    text = await page(client, event, session)
    assert 'data-start="1.0"' in text
    assert "Nobody knows this yet." in text


async def test_only_those_who_attend_come_in(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    session = await make.live_session(event)
    address = f"/{event.slug}/sessions/{session.slug}"
    assert (await client.get(address)).headers["location"] == f"/{event.slug}/join-link?then={address}"
    client.cookies.update(await make.cookie(await make.delegate(await make.event(), "Elsewhere")))
    assert (await client.get(address)).status_code == 403
    other = await make.session(await make.event())
    assert (await client.get(f"/{event.slug}/sessions/{other.slug}")).status_code == 404


# The progress that a viewer has made


async def recording(make: Factory, event: Event) -> Session:
    """Twenty minutes that can be watched again."""
    started = NOW - timedelta(hours=1)
    return await make.session(
        event,
        starts_at=started,
        state="ended",
        recording="open",
        started_at=started,
        ended_at=started + timedelta(minutes=20),
    )


async def kept(make: Factory) -> list[tuple[float, float]]:
    async with make.database.reading() as db:
        return [(row.position, row.watched) for row in await db.exec(select(WatchProgress))]


async def test_a_player_goes_on_where_it_stood(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    session = await recording(make, event)
    address = f"/{event.slug}/sessions/{session.slug}/progress"
    assert (await client.put(address, json={"position": 61.5, "watched": 61.5})).status_code == 204
    assert (await client.put(address, json={"position": 33, "watched": 33})).status_code == 204
    assert await kept(make) == [(33.0, 61.5)]
    assert 'data-resume="33.0"' in await page(client, event, session)


async def test_nobody_is_further_than_the_end(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    session = await recording(make, event)
    await client.put(f"/{event.slug}/sessions/{session.slug}/progress", json={"position": 86400, "watched": 86400})
    assert await kept(make) == [(1200.0, 1200.0)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"not json",
        b'{"position": -1, "watched": 0}',
        b'{"position": "far", "watched": 0}',
        b'{"position": 1e400, "watched": 0}',
        b'{"position": NaN, "watched": 0}',
        b'{"position": 86401, "watched": 0}',
        b'{"position": 1}',
        b'{"position": 1, "watched": 1, "sender": "me"}',
        b'{"position": 1, "watched": 1, "intervals": [{"n": 1, "begins": 0, "ends": 9}]}',
        b'{"position": 1, "watched": 1, "intervals": [{"n": 1, "begins": 0, "ends": 9, "speed": 0}]}',
        b"\xff\xfe",
    ],
)
async def test_what_a_player_would_not_say_changes_nothing(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person, body: bytes
) -> None:
    session = await recording(make, event)
    answer = await client.put(f"/{event.slug}/sessions/{session.slug}/progress", content=body)
    assert answer.status_code == 422
    assert await kept(make) == []


async def test_what_was_played_is_kept_once_and_only_grows(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    session = await recording(make, event)
    address = f"/{event.slug}/sessions/{session.slug}/progress"
    about = {"position": 9, "watched": 9, "sender": "a" * 16}

    async def played(*intervals: tuple[int, float, float]) -> None:
        told = [{"n": n, "begins": begins, "ends": ends, "speed": 1} for n, begins, ends in intervals]
        assert (await client.put(address, json={**about, "intervals": told})).status_code == 204

    await played((1, 0, 10), (2, 60, 65))
    await played((1, 0, 10), (2, 60, 80), (3, 1100, 5000))
    await played((2, 60, 70), (4, 5, 5))
    async with make.database.reading() as db:
        rows = await db.exec(select(WatchInterval).order_by(col(WatchInterval.n)))
        kept = [(row.n, row.begins, row.ends) for row in rows]
    assert kept == [(1, 0, 10), (2, 60, 80), (3, 1100, 1200)]


async def test_there_is_nothing_to_resume_while_it_is_live(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    session = await make.live_session(event)
    answer = await client.put(f"/{event.slug}/sessions/{session.slug}/progress", json={"position": 1, "watched": 1})
    assert answer.status_code == 409
    assert await kept(make) == []


async def test_a_stranger_keeps_no_place(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    session = await recording(make, event)
    answer = await client.put(f"/{event.slug}/sessions/{session.slug}/progress", json={"position": 1, "watched": 1})
    assert answer.status_code == 401
