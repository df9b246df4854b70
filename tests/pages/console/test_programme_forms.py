"""Tracks, speakers and tables, as the organiser makes them."""

from typing import TypeVar

import httpx
import pytest
from sqlmodel import SQLModel, select

from server.models import Event, GrantRow, Mail, NetworkingTable, Person, Session, Speaker, Track
from server.store import seating
from server.store.engine.database import Database
from tests.factory import Factory
from tests.store.test_seating import NOW

pytestmark = pytest.mark.usefixtures("olive")

Row = TypeVar("Row", bound=SQLModel)


@pytest.fixture
def console(event: Event) -> str:
    return f"/{event.slug}/console"


async def rows(database: Database, relation: type[Row]) -> list[Row]:
    async with database.reading() as db:
        return list(await db.exec(select(relation)))


async def roles(database: Database, email: str) -> set[tuple[str, str]]:
    """The grants of a person, as (role, scope)."""
    async with database.reading() as db:
        held = await db.exec(select(GrantRow).join(Person).where(Person.email == email))
        return {(grant.role, grant.scope) for grant in held}


@pytest.mark.parametrize("kind", ["tracks", "speakers", "tables"])
async def test_an_empty_list_says_what_to_do_first(client: httpx.AsyncClient, console: str, kind: str) -> None:
    assert "the first one" in (await client.get(f"{console}/{kind}")).text


@pytest.mark.parametrize(
    ("kind", "default"),
    [("tracks", 'value="teal" checked'), ("speakers", 'name="name" type="text" value=""'), ("tables", 'value="6"')],
)
async def test_a_new_row_begins_with_its_defaults(
    client: httpx.AsyncClient, console: str, kind: str, default: str
) -> None:
    assert default in (await client.get(f"{console}/{kind}/new")).text


async def test_a_form_is_sent_without_the_query_of_its_page(
    client: httpx.AsyncClient, make: Factory, event: Event, console: str
) -> None:
    hana = await make.speaker(event, name="Hana")
    page = await client.get(f"{console}/speakers/{hana.id}?sent=yes")
    assert f'method="post" action="{console}/speakers/{hana.id}"' in page.text


async def test_a_track_is_added_changed_and_deleted_and_its_session_stays(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    await client.post(f"{console}/tracks/new", data={"title": "Healthy Hearts", "colour": "plum"})
    (track,) = await rows(database, Track)
    assert (track.slug, track.colour, track.position) == ("healthy-hearts", "plum", 0)
    session = await make.session(event, track_id=track.id)
    await client.post(f"{console}/tracks/{track.id}", data={"title": "Hearts", "colour": "sky", "position": "3"})
    assert "Hearts" in (await client.get(f"{console}/tracks")).text
    await client.post(f"{console}/tracks/{track.id}/delete")
    async with database.reading() as db:
        assert (await db.get_one(Session, session.id)).track_id is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"title": "healthy HEARTS"}, "Another track is called that already."),
        ({"colour": "coral"}, "Please choose one of the answers offered."),
    ],
)
async def test_a_track_that_cannot_be_is_explained(
    client: httpx.AsyncClient, make: Factory, event: Event, console: str, fields: dict[str, str], sentence: str
) -> None:
    await make.track(event, title="Healthy Hearts")
    answer = await client.post(f"{console}/tracks/new", data={"title": "Healthy Minds", "colour": "teal", **fields})
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_a_speaker_with_an_address_can_come_in_and_one_without_cannot(
    client: httpx.AsyncClient, database: Database, console: str
) -> None:
    await client.post(f"{console}/speakers/new", data={"name": "Hana", "email": "Hana@Example.org"})
    assert await roles(database, "hana@example.org") == {("speaker", "event")}
    (speaker,) = await rows(database, Speaker)
    assert 'value="hana@example.org"' in (await client.get(f"{console}/speakers/{speaker.id}")).text
    await client.post(f"{console}/speakers/{speaker.id}", data={"name": "Hana", "email": ""})
    assert await roles(database, "hana@example.org") == set()


async def test_a_speaker_who_is_taken_off_leaves_sessions_and_tables_behind(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    await client.post(f"{console}/speakers/new", data={"name": "Hana", "email": "hana@example.org"})
    (speaker,) = await rows(database, Speaker)
    await client.post(f"{console}/tables/new", data={"title": "Hearts", "seats": "6", "speaker": str(speaker.id)})
    assert await roles(database, "hana@example.org") == {("speaker", "event"), ("host", "table")}
    assert (await client.get(f"{console}/speakers/{speaker.id}")).text.count("Hosts this table") == 1
    await client.post(f"{console}/speakers/{speaker.id}/delete")
    assert await roles(database, "hana@example.org") == set()
    (table,) = await rows(database, NetworkingTable)
    assert table.speaker_id is None


async def test_a_table_has_one_host_at_a_time(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    for name in ("hana", "ivo"):
        await client.post(f"{console}/speakers/new", data={"name": name, "email": f"{name}@example.org"})
    hana, ivo = sorted(await rows(database, Speaker), key=lambda speaker: speaker.name)
    fields = {"title": "Know your numbers", "seats": "6"}
    await client.post(f"{console}/tables/new", data={**fields, "speaker": str(hana.id)})
    (table,) = await rows(database, NetworkingTable)
    await client.post(f"{console}/tables/{table.id}", data={**fields, "speaker": str(ivo.id)})
    assert ("host", "table") not in await roles(database, "hana@example.org")
    assert ("host", "table") in await roles(database, "ivo@example.org")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Please fill this in."),
        ({"seats": "9"}, "Please give 8 or less."),
        ({"seats": "six"}, "Please give a whole number."),
        ({"speaker": "0b1c9d36-0000-4000-8000-000000000000"}, "Please choose one of the answers offered."),
        ({"session": "0b1c9d36-0000-4000-8000-000000000000"}, "Please choose one of the answers offered."),
    ],
)
async def test_a_table_that_cannot_be_is_explained(
    client: httpx.AsyncClient, database: Database, console: str, fields: dict[str, str], sentence: str
) -> None:
    answer = await client.post(f"{console}/tables/new", data={"title": "Know your numbers", "seats": "6", **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await rows(database, NetworkingTable) == []


async def test_nobody_loses_a_seat_because_the_table_shrinks(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    table = await make.table(event, seats=3)
    for name in ("Amina", "Ben", "Chidi"):
        person = await make.delegate(event, name)
        async with database.writing() as db:
            await seating.take_seat(db, table, person.id, now=NOW)
    answer = await client.post(f"{console}/tables/{table.id}", data={"title": "Hearts", "seats": "2"})
    assert answer.status_code == 422
    assert "1 of those seated would lose their seat" in answer.text


async def test_a_table_where_people_sat_is_closed_and_not_deleted(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    table, empty, amina = await make.table(event), await make.table(event), await make.delegate(event)
    async with database.writing() as db:
        await seating.take_seat(db, table, amina.id, now=NOW)
    assert (await client.post(f"{console}/tables/{table.id}/delete")).status_code == 409
    assert (await client.post(f"{console}/tables/{empty.id}/delete")).status_code == 303
    assert [row.id for row in await rows(database, NetworkingTable)] == [table.id]


@pytest.mark.parametrize("kind", ["tracks", "speakers", "tables"])
async def test_nothing_of_another_event_is_changed_here(
    client: httpx.AsyncClient, make: Factory, console: str, kind: str
) -> None:
    elsewhere = await make.event()
    makers = {"tracks": make.track, "speakers": make.speaker, "tables": make.table}
    row = await makers[kind](elsewhere)  # type: ignore[operator]
    for address in (f"{console}/{kind}/{row.id}", f"{console}/{kind}/{row.id}/delete"):
        assert (await client.post(address, data={"title": "Mine now", "name": "Mine now"})).status_code == 404


async def test_a_speaker_is_invited_by_mail_to_their_own_page(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, console: str
) -> None:
    unknown = await make.speaker(event, name="Ivo")
    assert (await client.post(f"{console}/speakers/{unknown.id}/invite")).status_code == 409
    await client.post(f"{console}/speakers/{unknown.id}", data={"name": "Ivo", "email": "ivo@example.org"})
    assert (await client.post(f"{console}/speakers/{unknown.id}/invite")).status_code == 303
    (mail,) = await rows(database, Mail)
    assert (mail.recipient, mail.kind, mail.lands_on) == ("ivo@example.org", "speaker", f"/{event.slug}/speaker")
