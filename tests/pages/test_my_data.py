"""A delegate's own data: seen, taken along and erased, and nothing about anybody else."""

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette
from structlog.testing import capture_logs

from server.models import Event, Person, Registration
from server.running import forgetting
from server.settings import Settings
from server.store.engine.database import Database
from tests.factory import Factory
from tests.waiting import until


@pytest.fixture
async def amina(make: Factory, event: Event, client: httpx.AsyncClient) -> Person:
    """A delegate, signed in, with a neighbour."""
    person = await make.delegate(event, organisation="A hospital trust", access_note="I lip-read")
    await make.delegate(event, "Neighbour", organisation="Somewhere else")
    client.cookies.update(await make.cookie(person))
    return person


async def test_i_see_what_is_kept_and_nothing_of_my_neighbour(
    client: httpx.AsyncClient, event: Event, amina: Person
) -> None:
    for path in ("my-data", "my-data/download"):
        text = (await client.get(f"/{event.slug}/{path}")).text
        assert amina.email in text
        assert "I lip-read" in text
        assert "Neighbour" not in text
        assert "Somewhere else" not in text


async def test_the_download_is_one_file_in_words(client: httpx.AsyncClient, event: Event, amina: Person) -> None:
    answer = await client.get(f"/{event.slug}/my-data/download")
    assert answer.headers["content-disposition"] == f'attachment; filename="my-data-{event.slug}.json"'
    kept = answer.json()
    assert kept["You"][0]["name"] == "Amina"
    assert kept["Your registrations"][0]["event"] == event.title
    assert "hash" not in answer.text


async def test_one_is_asked_before_anything_is_erased(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    for data in ({}, {"confirm": ""}, {"confirm": "no"}, {"confirm": "YES"}):
        answer = await client.post(f"/{event.slug}/my-data/erase", data=data)
        assert "cannot be undone" in answer.text
    async with make.database.reading() as db:
        assert await db.get(Person, amina.id) is not None


async def test_erased_is_gone_and_signed_out_and_still_counted(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person
) -> None:
    answer = await client.post(f"/{event.slug}/my-data/erase", data={"confirm": "yes"}, follow_redirects=True)
    assert "is erased" in answer.text
    assert "2 people registered" in answer.text
    assert (await client.get(f"/{event.slug}/my-data")).status_code == 303
    async with make.database.reading() as db:
        assert await db.get(Person, amina.id) is None
        organisations = {row.organisation for row in await db.exec(select(Registration))}
    assert organisations == {"", "Somewhere else"}


async def test_whoever_runs_the_event_hands_it_on_first(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    olive = await make.organiser(event)
    client.cookies.update(await make.cookie(olive, strong=True))
    answer = await client.post(f"/{event.slug}/my-data/erase", data={"confirm": "yes"})
    assert answer.status_code == 409
    client.cookies.update(await make.cookie(olive))
    assert (await client.post(f"/{event.slug}/my-data/erase", data={"confirm": "yes"})).status_code == 409


async def test_a_stranger_has_no_data_here(client: httpx.AsyncClient, event: Event) -> None:
    assert (await client.get(f"/{event.slug}/my-data")).status_code == 303
    assert (await client.get(f"/{event.slug}/my-data/download")).status_code == 303
    assert (await client.post(f"/{event.slug}/my-data/erase", data={"confirm": "yes"})).status_code == 401


async def test_who_was_erased_is_nowhere_in_the_bytes_of_the_database(
    client: httpx.AsyncClient, make: Factory, event: Event, amina: Person, settings: Settings
) -> None:
    """Neither in freed pages nor in the write-ahead log, which keep deleted rows until something overwrites them."""

    def holding(words: str) -> list[str]:
        files = settings.data.glob("*.sqlite*")
        return [file.name for file in files if words.encode() in file.read_bytes()]

    await client.post(
        f"/{event.slug}/registration/details", data={"name": amina.name, "access_note": "I lip-read, always"}
    )
    assert holding(amina.email)
    assert holding("I lip-read, always")
    assert (await client.post(f"/{event.slug}/my-data/erase", data={"confirm": "yes"})).status_code == 303
    assert holding(amina.email) == []
    assert holding("I lip-read") == []
    neighbour = (await make.delegate(event, "Ben")).email
    assert holding(neighbour)


async def test_an_erasure_is_finished_once_no_reader_keeps_the_write_ahead_log(
    app: Starlette, client: httpx.AsyncClient, make: Factory, event: Event, amina: Person, settings: Settings
) -> None:
    def holding(words: str) -> list[str]:
        files = settings.data.glob("*.sqlite*")
        return [file.name for file in files if words.encode() in file.read_bytes()]

    database: Database = app.state.db
    with capture_logs() as lines:
        async with database.reading() as db:
            await db.exec(select(Person))
            answer = await client.post(f"/{event.slug}/my-data/erase", data={"confirm": "yes"})
            assert answer.status_code == 303
            assert database.kept_from_forgetting
            await forgetting.go_on(app)
            assert database.kept_from_forgetting
            assert any("-wal" in name for name in holding(amina.email))
            neighbour = await make.delegate(event, "Ben")
        await until(lambda: not database.kept_from_forgetting)
    assert holding(amina.email) == []
    assert holding(neighbour.email)
    told = [line["event"] for line in lines if "write-ahead log" in line["event"]]
    assert told[0] == "erased rows are still in the write-ahead log: a reader keeps it"
    assert told[-1] == "erased rows are gone from the write-ahead log too"
    assert len(set(told)) == 2
