"""A table in the lounge: its seats, its queue and its messages."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from server.models import Event, NetworkingTable, Person
from server.store import name_tags, seating, tables
from server.store.engine.database import Database
from tests.factory import Factory
from tests.fixtures import BASE

UNNAMED = {"shows_name": "no"}


@pytest.fixture
async def host(make: Factory) -> Person:
    return await make.person("Hana")


@pytest.fixture
async def table(make: Factory, event: Event, host: Person) -> NetworkingTable:
    """A table for two, with its host."""
    table = await make.table(event, await make.speaker(event, host, name="Hana"), seats=2, title="Know your numbers")
    await make.grant(host, "host", "table", table.id)
    return table


class Visitors:
    """People who come to the table, each in a browser of their own."""

    def __init__(self, app: Starlette, make: Factory, event: Event) -> None:
        self.app, self.make, self.event = app, make, event

    async def browser(self, person: Person) -> httpx.AsyncClient:
        cookies = await self.make.cookie(person)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=BASE, cookies=cookies)

    async def delegate(self, name: str) -> httpx.AsyncClient:
        return await self.browser(await self.make.delegate(self.event, name))


@pytest.fixture
def visitors(app: Starlette, make: Factory, event: Event) -> Visitors:
    return Visitors(app, make, event)


@pytest.fixture
def place(event: Event, table: NetworkingTable) -> str:
    return f"/{event.slug}/lounge/{table.id}"


async def test_a_delegate_takes_a_seat_and_leaves_it(visitors: Visitors, place: str) -> None:
    amina = await visitors.delegate("Amina")
    assert (await amina.post(f"{place}/seat", data=UNNAMED)).status_code == 303
    assert "You have seat 1" in (await amina.get(place)).text
    assert (await amina.post(f"{place}/leave")).status_code == 303
    assert "2 of 2 seats free" in (await amina.get(place)).text


async def test_who_comes_too_late_is_told_so_and_may_wait(visitors: Visitors, place: str) -> None:
    for name in ("Amina", "Ben"):
        await (await visitors.delegate(name)).post(f"{place}/seat", data=UNNAMED)
    chidi = await visitors.delegate("Chidi")
    refused = await chidi.post(f"{place}/seat", data=UNNAMED)
    assert refused.status_code == 409
    assert "every seat is taken or kept" in refused.text
    assert (await chidi.post(f"{place}/queue")).status_code == 303
    assert "You are next" in (await chidi.get(place)).text


async def test_the_next_in_the_queue_is_offered_the_seat_and_nobody_else_learns_it(
    visitors: Visitors, place: str
) -> None:
    amina, ben = await visitors.delegate("Amina"), await visitors.delegate("Ben")
    chidi, dawn = await visitors.delegate("Chidi"), await visitors.delegate("Dawn")
    for seated in (amina, ben):
        await seated.post(f"{place}/seat", data=UNNAMED)
    for waiting in (chidi, dawn):
        await waiting.post(f"{place}/queue")
    await amina.post(f"{place}/leave")
    assert "Seat 1 is kept for you" in (await chidi.get(place)).text
    assert "Seat 1 is kept for you" not in (await dawn.get(place)).text
    await chidi.post(f"{place}/offer", data={"answer": "decline"})
    assert (await dawn.post(f"{place}/offer", data={"answer": "accept", **UNNAMED})).status_code == 303
    assert "You have seat 1" in (await dawn.get(place)).text


async def test_an_answer_to_no_offer_is_refused(visitors: Visitors, place: str) -> None:
    amina = await visitors.delegate("Amina")
    assert (await amina.post(f"{place}/offer", data={"answer": "accept", **UNNAMED})).status_code == 409
    assert (await amina.post(f"{place}/offer", data={"answer": "perhaps"})).status_code == 422


async def test_only_the_table_hears_what_is_said_there(visitors: Visitors, place: str, host: Person) -> None:
    amina, ben = await visitors.delegate("Amina"), await visitors.delegate("Ben")
    await amina.post(f"{place}/seat", data=UNNAMED)
    assert (await amina.post(f"{place}/messages", data={"text": "Hello <i>all</i>"})).status_code == 303
    assert "Hello &lt;i&gt;all&lt;/i&gt;" in (await amina.get(place)).text
    assert "Hello" not in (await ben.get(place)).text
    assert (await ben.post(f"{place}/messages", data={"text": "Let me in"})).status_code == 403
    assert "Hello" in (await (await visitors.browser(host)).get(place)).text


@pytest.mark.parametrize("text", ["", "   ", "x" * 501, "\x07"])
async def test_what_cannot_be_said_is_explained(
    visitors: Visitors, place: str, database: Database, table: NetworkingTable, text: str
) -> None:
    amina = await visitors.delegate("Amina")
    await amina.post(f"{place}/seat", data=UNNAMED)
    assert (await amina.post(f"{place}/messages", data={"text": text})).status_code == 422
    async with database.reading() as db:
        assert await tables.last_messages(db, table.id) == []


async def test_the_host_and_the_author_remove_a_message_and_nobody_else(
    visitors: Visitors, place: str, database: Database, table: NetworkingTable, host: Person
) -> None:
    amina, ben = await visitors.delegate("Amina"), await visitors.delegate("Ben")
    for seated in (amina, ben):
        await seated.post(f"{place}/seat", data=UNNAMED)
    for text in ("One", "Two"):
        await amina.post(f"{place}/messages", data={"text": text})
    async with database.reading() as db:
        one, two = await tables.last_messages(db, table.id)
    assert (await ben.post(f"{place}/messages/{one.id}/remove")).status_code == 403
    assert (await amina.post(f"{place}/messages/{one.id}/remove")).status_code == 303
    assert (await (await visitors.browser(host)).post(f"{place}/messages/{two.id}/remove")).status_code == 303
    assert (await amina.post(f"{place}/messages/{two.id}/remove")).status_code == 404


async def test_the_host_closes_the_table_and_opens_it_again(visitors: Visitors, place: str, host: Person) -> None:
    amina, hana = await visitors.delegate("Amina"), await visitors.browser(host)
    await amina.post(f"{place}/seat", data=UNNAMED)
    assert (await amina.post(f"{place}/move", data={"move": "close"})).status_code == 403
    assert (await hana.post(f"{place}/move", data={"move": "close"})).status_code == 303
    assert (await amina.post(f"{place}/seat", data=UNNAMED)).status_code == 409
    await hana.post(f"{place}/move", data={"move": "open"})
    assert (await amina.post(f"{place}/seat", data=UNNAMED)).status_code == 303


async def test_the_last_fifty_lines_are_shown(
    visitors: Visitors, place: str, database: Database, table: NetworkingTable
) -> None:
    amina = await visitors.delegate("Amina")
    await amina.post(f"{place}/seat", data=UNNAMED)
    async with database.writing() as db:
        for n in range(60):
            await tables.say(db, table.id, table.id, f"line {n:02}.")
    page = (await amina.get(place)).text
    assert "line 59." in page
    assert page.count("message-text") == tables.LAST_MESSAGES


async def test_the_lounge_says_the_same_in_words(visitors: Visitors, event: Event, table: NetworkingTable) -> None:
    amina = await visitors.delegate("Amina")
    for view in ("", "?view=list"):
        page = (await amina.get(f"/{event.slug}/lounge{view}")).text
        assert "Know your numbers" in page
        assert "2 of 2 seats free" in page


async def test_the_lounge_is_for_who_is_registered(client: httpx.AsyncClient, event: Event, place: str) -> None:
    assert (await client.get(place)).headers["location"].startswith(f"/{event.slug}/join-link")
    assert (await client.post(f"{place}/seat", data=UNNAMED)).status_code == 401


async def test_another_events_table_is_not_found(visitors: Visitors, make: Factory, event: Event) -> None:
    elsewhere = await make.table(await make.event())
    amina = await visitors.delegate("Amina")
    assert (await amina.get(f"/{event.slug}/lounge/{elsewhere.id}")).status_code == 404
    assert (await amina.post(f"/{event.slug}/lounge/{elsewhere.id}/seat", data=UNNAMED)).status_code == 404


async def test_an_offer_that_ran_out_is_passed_on_by_the_clock(
    visitors: Visitors, place: str, database: Database, table: NetworkingTable, make: Factory, event: Event
) -> None:
    people = [await make.delegate(event, name) for name in ("Amina", "Ben", "Chidi", "Dawn")]
    early = datetime.now(UTC) - timedelta(minutes=2)
    async with database.writing() as db:
        for seated in people[:2]:
            await seating.take_seat(db, table, seated.id, now=early)
        for seconds, waiting in enumerate(people[2:]):
            await seating.join_queue(db, table, waiting.id, now=early + timedelta(seconds=seconds))
        await seating.leave_seat(db, table, people[0].id, now=early)
        await seating.pass_on_overdue_offers(db, table, datetime.now(UTC))
    assert "Seat 1 is kept for you" in (await (await visitors.browser(people[3])).get(place)).text


async def test_the_host_frees_a_seat_and_nobody_else_does(visitors: Visitors, place: str, host: Person) -> None:
    amina, ben, hana = await visitors.delegate("Amina"), await visitors.delegate("Ben"), await visitors.browser(host)
    await amina.post(f"{place}/seat", data=UNNAMED)
    assert (await ben.post(f"{place}/seat/1/free")).status_code == 403
    assert (await hana.post(f"{place}/seat/1/free")).status_code == 303
    assert "2 of 2 seats free" in (await amina.get(place)).text
    assert (await hana.post(f"{place}/seat/1/free")).status_code == 409


async def test_an_open_page_keeps_its_seat(visitors: Visitors, place: str) -> None:
    amina = await visitors.delegate("Amina")
    assert (await amina.put(f"{place}/seat")).status_code == 409
    await amina.post(f"{place}/seat", data=UNNAMED)
    assert (await amina.put(f"{place}/seat")).status_code == 204


async def test_a_seat_shows_a_name_only_with_the_box_ticked(visitors: Visitors, place: str) -> None:
    amina, ben = await visitors.delegate("Amina"), await visitors.delegate("Ben")
    await amina.post(f"{place}/seat", data=UNNAMED)
    await ben.post(f"{place}/seat", data={"shows_name": "yes"})
    assert "The others here see you as <strong>Delegate 1</strong>" in (await amina.get(place)).text
    seen = (await amina.get(place)).text.partition("<main")[2]
    assert "Ben" in seen
    assert "Amina" not in (await ben.get(place)).text


@pytest.mark.parametrize(
    "address", ["{place}", "/{event}/lounge", "/{event}/lounge?view=list"], ids=["table", "lounge", "list"]
)
@pytest.mark.parametrize("ticked", [True, False], ids=["with the tick", "without it"])
async def test_the_box_stands_ticked_for_people_who_ticked_it_when_they_registered(
    visitors: Visitors, make: Factory, event: Event, place: str, address: str, ticked: bool
) -> None:
    amina = await visitors.browser(await make.delegate(event, "Amina", directory=ticked))
    page = (await amina.get(address.format(place=place, event=event.slug))).text
    [box] = re.findall(r'<input type="checkbox"[^>]*name="shows_name"[^>]*>', page)
    assert ("checked" in box) is ticked


async def test_a_name_is_shown_and_hidden_while_seated(
    visitors: Visitors, place: str, make: Factory, event: Event
) -> None:
    amina, ben = await visitors.delegate("Amina"), await visitors.delegate("Ben")
    for seated in (amina, ben):
        await seated.post(f"{place}/seat", data=UNNAMED)
    await amina.post(f"{place}/messages", data={"text": "Hello"})
    for said, is_named in (("yes", True), ("no", False)):
        assert (await amina.post(f"{place}/name", data={"shows_name": said})).status_code == 303
        page = (await ben.get(place)).text
        assert ("Amina" in page) is is_named
        assert ("Delegate 1" in page) is not is_named
    await amina.post(f"{place}/leave")
    assert (await amina.post(f"{place}/name", data={"shows_name": "yes"})).status_code == 409


async def test_a_seat_that_was_kept_is_taken_by_name_or_without(visitors: Visitors, place: str) -> None:
    amina, ben, chidi = [await visitors.delegate(name) for name in ("Amina", "Ben", "Chidi")]
    for seated in (amina, ben):
        await seated.post(f"{place}/seat", data=UNNAMED)
    await chidi.post(f"{place}/queue")
    await amina.post(f"{place}/leave")
    assert 'name="shows_name"' in (await chidi.get(place)).text
    await chidi.post(f"{place}/offer", data={"answer": "accept", "shows_name": "yes"})
    assert "Chidi" in (await ben.get(place)).text


@pytest.mark.parametrize("path, fields", [("seat", {}), ("offer", {"answer": "accept"})])
async def test_an_answer_that_the_box_does_not_give_is_refused(
    visitors: Visitors, place: str, path: str, fields: dict[str, str]
) -> None:
    amina = await visitors.delegate("Amina")
    assert (await amina.post(f"{place}/{path}", data={**fields, "shows_name": "perhaps"})).status_code == 422
    assert "2 of 2 seats free" in (await amina.get(place)).text


async def test_an_organiser_who_speaks_without_a_seat_does_so_by_name(
    visitors: Visitors, make: Factory, app: Starlette, event: Event, place: str
) -> None:
    cookies = await make.cookie(await make.organiser(event, "Olive"), strong=True)
    olive = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE, cookies=cookies)
    assert (await olive.post(f"{place}/messages", data={"text": "Welcome"})).status_code == 303
    amina = await visitors.delegate("Amina")
    await amina.post(f"{place}/seat", data=UNNAMED)
    assert "Olive" in (await amina.get(place)).text


async def test_the_twelfth_person_at_a_table_is_not_drawn_like_the_first(
    visitors: Visitors, place: str, database: Database, table: NetworkingTable
) -> None:
    async with database.writing() as db:
        for _ in range(11):
            await name_tags.put_on(db, table.id, uuid.uuid4(), shows_name=False)
    amina = await visitors.delegate("Amina")
    await amina.post(f"{place}/seat", data=UNNAMED)
    assert ">D12<" in (await amina.get(place)).text
