"""Each act takes the writer once: on SQLite everybody who writes waits for it, so a second turn is waited for twice."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import event as listening
from sqlmodel import col, select, update
from starlette.applications import Starlette

from server.mail import worker
from server.models import Event, Mail
from server.store import surveys
from server.store.engine.database import Database
from tests.factory import Factory
from tests.letters import join_link, letters

AMINA = {"name": "Amina Okafor", "email": "amina@example.org", "understanding": "6"}
RIGHT = {
    "understanding": "8",
    "stars_content": "5",
    "stars_speakers": "4",
    "stars_platform": "4",
    "watch_later": "yes",
    "recommend": "maybe",
    "attend_again": "yes",
    "new_contact": "no",
}

Act = Callable[[httpx.AsyncClient, Event, str], Awaitable[httpx.Response]]
ACTS: dict[str, Act] = {
    "register": lambda client, event, _: client.post(
        f"/{event.slug}/registration", data=AMINA | {"email": "ben@example.org"}
    ),
    "register again": lambda client, event, _: client.post(f"/{event.slug}/registration", data=AMINA),
    "ask for a link": lambda client, event, _: client.post(f"/{event.slug}/join-link", data=AMINA),
    "come in": lambda client, event, link: client.post(link),
    "change": lambda client, event, _: client.post(f"/{event.slug}/registration/details", data=AMINA),
    "give back": lambda client, event, _: client.post(f"/{event.slug}/registration/cancel"),
    "answer": lambda client, event, _: client.post(f"/{event.slug}/surveys/after", data=RIGHT),
}
"""The acts that people do most, by the form that they send. All but the first four need a sign-in."""
STRANGERS = ("register", "register again", "ask for a link", "come in")


@pytest.fixture(autouse=True)
def without_duties(monkeypatch: pytest.MonkeyPatch) -> None:
    """No duty of the application takes the writer meanwhile."""
    monkeypatch.setattr("server.app.DUTIES", ())


@pytest.fixture
def turns(app: Starlette) -> list[object]:
    """Grows by one with each transaction that the application commits."""
    database: Database = app.state.db
    found: list[object] = []
    engines = {id(engine.sync_engine): engine.sync_engine for engine in (database._writer, database._patient_writer)}
    for engine in engines.values():
        listening.listen(engine, "commit", found.append)
    return found


@pytest.fixture
async def event(make: Factory) -> Event:
    event = await make.event()
    async with make.database.writing() as db:
        await surveys.add_published(db, event, "the integrated care system")
    return event


@pytest.fixture
async def link(client: httpx.AsyncClient, app: Starlette, event: Event) -> str:
    """The join link of Amina, who has registered."""
    await client.post(f"/{event.slug}/registration", data=AMINA)
    (letter,) = await letters(app)
    return join_link(letter)


@pytest.mark.parametrize("act", ACTS)
async def test_an_act_takes_the_writer_once(
    client: httpx.AsyncClient, event: Event, link: str, turns: list[object], act: str
) -> None:
    if act not in STRANGERS:
        await client.post(link)
    turns.clear()
    answer = await ACTS[act](client, event, link)
    assert answer.status_code == 303, answer.text
    assert len(turns) == 1


@pytest.mark.parametrize("number", [1, 3])
async def test_a_mail_that_is_kept_takes_the_writer_once(
    client: httpx.AsyncClient, app: Starlette, event: Event, turns: list[object], number: int
) -> None:
    for of in range(number):
        await client.post(f"/{event.slug}/registration", data=AMINA | {"email": f"amina{of}@example.org"})
    turns.clear()
    await worker.deliver_due(app)
    assert len(turns) == number


async def test_mail_that_a_crash_left_is_found_where_none_is_due(
    client: httpx.AsyncClient, app: Starlette, event: Event, link: str, database: Database
) -> None:
    async with database.writing() as db:
        await db.exec(update(Mail).values(state="sending", leased_until=col(Mail.created_at)))
    await worker.deliver_due(app)
    async with database.reading() as db:
        assert [mail.state for mail in await db.exec(select(Mail))] == ["uncertain"]
