"""Keepsakes of a recording: its chapters, its transcript and the crowd's moments, at the recording's own seconds."""

import secrets
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from rooms.playback.webvtt import Cue
from server.models import Chapter, Event, Reaction, Session
from server.playback.films import films_dir
from server.recordings import captions
from server.settings import Settings
from tests.factory import Factory
from tests.pages.films import film_of, sent_from

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture(autouse=True)
async def amina(make: Factory, event: Event, client: httpx.AsyncClient) -> None:
    client.cookies.update(await make.cookie(await make.delegate(event)))


async def recorded(make: Factory, event: Event, settings: Settings, **columns: object) -> Session:
    """A film of ten seconds that was shown three times over an hour ago; people clapped at its fourth second."""
    film = await film_of(event, make.database, settings)
    directory = films_dir(settings) / film.directory
    captions.write(directory, sent_from(directory), [Cue(1, 3, "Good morning."), Cue(5, 7, "Take your pulse.")])
    times = {"started_at": BEGAN, "ended_at": BEGAN + timedelta(seconds=30)}
    session = await make.session(event, film_id=film.id, state="ended", recording="open", **{**times, **columns})
    person = await make.delegate(event, "Ben")
    sender = secrets.token_hex(8)
    async with make.database.writing() as db:
        db.add(Chapter(session_id=session.id, at=BEGAN + timedelta(seconds=5), title="Your pulse"))
        for n, at in enumerate((4, 14, 4), start=1):
            about = {"person_id": person.id, "sender": sender, "n": n, "session_id": session.id, "emoji": "clap"}
            db.add(Reaction(**about, outcome="accepted", media_at=BEGAN + timedelta(seconds=at)))
        db.add(Reaction(**{**about, "n": 9}, outcome="credit", media_at=BEGAN + timedelta(seconds=8)))
    return session


async def page(client: httpx.AsyncClient, event: Event, session: Session, rest: str = "") -> str:
    answer = await client.get(f"/{event.slug}/sessions/{session.slug}{rest}")
    assert answer.status_code == 200
    return answer.text


async def test_everything_stands_at_its_second_of_the_film(
    client: httpx.AsyncClient, make: Factory, event: Event, settings: Settings
) -> None:
    text = await page(client, event, await recorded(make, event, settings))
    assert 'data-start="5.0"><span class="time">0:05</span><span>Your pulse' in text
    assert 'data-start="1.0"' in text and "Good morning." in text
    assert "3 reactions, most of them clap" in text
    assert "player-crowd" in text


async def test_trimming_moves_everything_along(
    client: httpx.AsyncClient, make: Factory, event: Event, settings: Settings
) -> None:
    text = await page(client, event, await recorded(make, event, settings, trim_start=4.0))
    assert 'data-start="1.0"><span class="time">0:01</span><span>Your pulse' in text
    assert "Good morning." not in text


async def test_the_crowd_can_be_replayed(
    client: httpx.AsyncClient, make: Factory, event: Event, settings: Settings
) -> None:
    session = await recorded(make, event, settings)
    answer = await client.get(f"/{event.slug}/sessions/{session.slug}/crowd.json")
    assert answer.json() == [[4, {"clap": 3}]]
    live = await make.live_session(event)
    assert (await client.get(f"/{event.slug}/sessions/{live.slug}/crowd.json")).json() == []


async def test_an_address_can_ask_for_a_moment(
    client: httpx.AsyncClient, make: Factory, event: Event, settings: Settings
) -> None:
    session = await recorded(make, event, settings)
    text = await page(client, event, session, "?t=6")
    assert 'data-resume="6"' in text and "Watch from 0:06" in text
    for asked in ("-1", "99", "²", "soon", "9" * 400):
        assert 'data-resume="0"' in await page(client, event, session, f"?t={asked}")


async def test_the_library_finds_what_was_said_and_leads_to_it(
    client: httpx.AsyncClient, make: Factory, event: Event, settings: Settings
) -> None:
    session = await recorded(make, event, settings, trim_start=2.0)
    address = f"/{event.slug}/sessions/{session.slug}"
    answer = (await client.get(f"/{event.slug}/recordings?q=PULSE")).text
    assert f'href="{address}?t=5"' in answer
    assert "Take your pulse." in answer
    assert "Nothing found" in (await client.get(f"/{event.slug}/recordings?q=pulse+lungs")).text
