"""The library: the recordings in it, the search, and going on watching."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from server.models import Event, Person, SessionSpeaker
from server.store import recordings
from tests.factory import Factory

NOW = datetime.now(UTC)


async def library(client: httpx.AsyncClient, event: Event, **asked: str) -> str:
    answer = await client.get(f"/{event.slug}/recordings", params=asked)
    assert answer.status_code == 200
    return answer.text


async def ended(make: Factory, event: Event, **columns: object) -> object:
    started = NOW - timedelta(hours=2)
    times = {"starts_at": started, "started_at": started, "ended_at": started + timedelta(minutes=20)}
    return await make.session(event, **{**times, "state": "ended", "recording": "open", **columns})  # type: ignore[arg-type]


async def test_an_empty_library_says_what_will_be_here(client: httpx.AsyncClient, event: Event, amina: Person) -> None:
    assert "Nothing to watch yet" in await library(client, event)


async def test_what_is_withdrawn_is_not_there(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    await ended(make, event, title="Open to all")
    await ended(make, event, title="Taken back", recording="withdrawn")
    await ended(make, event, title="Being made", recording="ready")
    text = await library(client, event)
    assert "Open to all" in text
    assert "20:00" in text
    assert "Taken back" not in text
    assert "Being made" not in text


async def test_every_word_is_looked_for_in_all_that_is_known(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    track = await make.track(event, title="Housing")
    session = await ended(make, event, title="Warm homes", abstract="Damp & mould.", track_id=track.id)
    speaker = await make.speaker(event, name="Options manager")
    async with make.database.writing() as db:
        db.add(SessionSpeaker(session_id=session.id, speaker_id=speaker.id))  # type: ignore[attr-defined]
    await ended(make, event, title="Hearts")
    for asked in ("warm", "DAMP options", "housing", "  mould  "):
        text = await library(client, event, q=asked)
        assert ("Warm homes" in text, "Hearts" in text) == (True, False), asked
    assert "Nothing found" in await library(client, event, q="warm hearts")


@pytest.mark.parametrize("asked", ["%", "_", "<script>", "😀", "x" * 5000, "' or 1=1 --", "\\"])
async def test_a_search_is_only_words(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person, asked: str
) -> None:
    await ended(make, event, title="Hearts")
    assert "Nothing found" in await library(client, event, q=asked)


async def test_what_was_begun_is_offered_first(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    begun, done = await ended(make, event, title="Begun"), await ended(make, event, title="Seen to the end")
    async with make.database.writing() as db:
        await recordings.keep_progress(db, amina.id, begun.id, 300, 300, NOW)  # type: ignore[attr-defined]
        await recordings.keep_progress(db, amina.id, done.id, 1199, 1199, NOW)  # type: ignore[attr-defined]
    begun_part = (await library(client, event)).split('id="begun"')[1].split('id="all"')[0]
    assert "Begun" in begun_part
    assert "Watched 25 %" in begun_part
    assert "Seen to the end" not in begun_part


async def test_only_those_who_attend_come_in(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    assert (await client.get(f"/{event.slug}/recordings")).status_code == 303
    client.cookies.update(await make.cookie(await make.delegate(await make.event(), "Elsewhere")))
    assert (await client.get(f"/{event.slug}/recordings")).status_code == 403
