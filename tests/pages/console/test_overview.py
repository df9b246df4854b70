"""The first page of the console, and the announcements that are sent from it."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.models import Event, Person, Reaction, Session
from server.running.wall_clock import WallClock
from server.store import announcements
from server.store.engine.database import Database
from tests.factory import Factory


@pytest.fixture
async def event(make: Factory) -> Event:
    return await make.event(target=300)


async def state(database: Database, session: Session) -> str:
    async with database.reading() as db:
        return (await db.get_one(Session, session.id)).state


async def test_it_says_what_is_live_and_what_comes(
    client: httpx.AsyncClient, make: Factory, event: Event, olive: Person
) -> None:
    live = await make.live_session(event, title="Healthy Hearts")
    await make.session(event, title="Healthy Minds", starts_at=datetime.now(UTC) + timedelta(minutes=15))
    amina = await make.delegate(event)
    await react(make.database, live, amina, 3)
    page = (await client.get(f"/{event.slug}/console")).text
    assert "Healthy Hearts" in page
    assert "Healthy Minds" in page
    assert "of 300 hoped for" in page
    assert f'data-room="session:{live.id}"' in page


async def react(database: Database, session: Session, person: Person, times: int) -> None:
    async with database.writing() as db:
        db.add_all(
            Reaction(person_id=person.id, sender="a" * 16, n=n, session_id=session.id, emoji="clap", outcome="accepted")
            for n in range(times)
        )


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("start", "scheduled", "live"),
        ("pause", "live", "paused"),
        ("resume", "paused", "live"),
        ("end", "live", "ended"),
        ("take-up", "ended", "live"),
        ("cancel", "scheduled", "cancelled"),
        ("reinstate", "cancelled", "scheduled"),
    ],
)
async def test_a_session_is_moved_by_a_button(
    client: httpx.AsyncClient,
    make: Factory,
    database: Database,
    event: Event,
    olive: Person,
    name: str,
    before: str,
    after: str,
) -> None:
    ended_at = datetime.now(UTC) if before == "ended" else None
    session = await make.session(event, state=before, ended_at=ended_at)
    page = await client.get(f"/{event.slug}/console/sessions/{session.slug}")
    assert f'value="{name}"' in page.text
    answer = await client.post(f"/{event.slug}/console/sessions/{session.slug}/move", data={"move": name})
    assert answer.status_code == 303
    assert await state(database, session) == after


async def test_a_move_that_comes_too_late_is_refused_kindly(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, olive: Person
) -> None:
    session = await make.session(event, state="ended")
    answer = await client.post(f"/{event.slug}/console/sessions/{session.slug}/move", data={"move": "pause"})
    assert answer.status_code == 409
    assert "is ended now, so it cannot be paused" in answer.text
    assert await state(database, session) == "ended"


async def test_a_clock_that_has_jumped_is_told_to_organisers(
    app: Starlette, client: httpx.AsyncClient, event: Event, olive: Person, tmp_path: Path
) -> None:
    ahead_s = 0.0
    app.state.wall_clock = WallClock(tmp_path, lambda: time.time() + ahead_s)
    assert "clock has jumped" not in (await client.get(f"/{event.slug}/console")).text
    ahead_s = 7_200.0
    assert "clock has jumped ahead by 120 minutes" in (await client.get(f"/{event.slug}/console")).text


async def test_nothing_starts_in_an_event_that_is_not_open(
    client: httpx.AsyncClient, make: Factory, database: Database
) -> None:
    event = await make.event(state="draft")
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    session = await make.session(event)
    answer = await client.post(f"/{event.slug}/console/sessions/{session.slug}/move", data={"move": "start"})
    assert answer.status_code == 409
    assert await state(database, session) == "scheduled"


async def test_an_unknown_button_moves_nothing(
    client: httpx.AsyncClient, make: Factory, event: Event, olive: Person
) -> None:
    session = await make.session(event)
    for data in ({}, {"move": "explode"}):
        answer = await client.post(f"/{event.slug}/console/sessions/{session.slug}/move", data=data)
        assert answer.status_code == 422


async def test_an_announcement_is_on_every_page_until_it_is_withdrawn(
    client: httpx.AsyncClient, database: Database, event: Event, olive: Person
) -> None:
    await client.post(f"/{event.slug}/console/announcements", data={"text": "Lunch is at <b>one</b>."})
    assert "Lunch is at &lt;b&gt;one&lt;/b&gt;." in (await client.get(f"/{event.slug}")).text
    async with database.reading() as db:
        (said,) = await announcements.recent(db, event.id)
    await client.post(f"/{event.slug}/console/announcements/{said.id}/withdraw")
    assert "Lunch is at" not in (await client.get(f"/{event.slug}")).text


@pytest.mark.parametrize("text", ["", "   ", "x" * 281])
async def test_an_announcement_that_cannot_be_sent_is_explained_and_kept(
    client: httpx.AsyncClient, database: Database, event: Event, olive: Person, text: str
) -> None:
    answer = await client.post(f"/{event.slug}/console/announcements", data={"text": text})
    assert answer.status_code == 422
    assert text.strip() in answer.text
    async with database.reading() as db:
        assert not await announcements.recent(db, event.id)


async def test_a_delegate_runs_nothing(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    session = await make.session(event)
    client.cookies.update(await make.cookie(await make.delegate(event), strong=True))
    console = f"/{event.slug}/console"
    assert (await client.get(console)).status_code == 403
    assert (await client.post(f"{console}/announcements", data={"text": "I am in charge"})).status_code == 403
    answer = await client.post(f"{console}/sessions/{session.slug}/move", data={"move": "start"})
    assert answer.status_code == 403


async def test_an_organiser_elsewhere_is_nobody_here(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    client.cookies.update(await make.cookie(await make.organiser(await make.event()), strong=True))
    assert (await client.get(f"/{event.slug}/console")).status_code == 403
