"""The names of delegates: without the tick on their registration, no page and no room shows theirs to anybody else."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlmodel import select

from rooms.protocol import Audience, Hello, encode
from rooms.topics import TOPICS
from server.models import Event, Mail, Person, Seat, Session, SignIn
from server.rules.tokens import token_hash
from tests.everywhere.cases import CASES, address
from tests.everywhere.conftest import Demo
from tests.everywhere.world import VISITORS
from tests.fixtures import BASE
from tests.rooms.fakes import Listener

NAME, ORGANISATION = "Xanthippe Quillfeather", "Zyzzyva Apothecaries"
TRACES = ("Xanthippe", "Quillfeather", "Zyzzyva", "Apothecaries", ">XQ<")
"""The words by which somebody would know her, and the initials that stand in an avatar."""
SAID = "I moved here in spring"
DETAILS = {"name": NAME, "organisation": ORGANISATION}
UNDOING = {
    "/join/{token}",
    "/sign-out",
    "/devices/others/end",
    "/{event}/lounge/{table:uuid}/name",
    "/{event}/my-data/erase",
    "/{event}/registration/cancel",
}
"""Forms after which she would be gone, be signed in as somebody else, or have shown her name herself."""
FOR_THE_TEAM = {
    "/{event}/console/registrations",
    "/{event}/console/mail",
    "/{event}/console/security-log",
    "/{event}/report/export.{format}",
}
"""Pages on which an organiser may find her name: each needs an action of its own, such as reading people or mail."""


@dataclass(frozen=True)
class Unmistakable:
    """A delegate whose name and organisation nobody else has, in a browser of hers."""

    demo: Demo
    person: Person
    browser: httpx.AsyncClient

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.browser.post(address(path, self.demo.world), data=fields)

    async def do_everything(self) -> None:
        """Send every form that a delegate may send, then sit at the table, and talk there."""
        for (method, path), case in sorted(CASES.items()):
            if "delegate" in case.open_to and method in ("POST", "PUT") and path not in UNDOING:
                own = DETAILS if path == "/{event}/registration/details" else {}
                fields = self.demo.world.fill(case.fields) | own
                await self.browser.request(method, address(path, self.demo.world), data=fields)
        assert (await self.post("/{event}/lounge/{table:uuid}/messages", text=SAID)).status_code == 303


@pytest.fixture
async def her(demo: Demo) -> AsyncIterator[Unmistakable]:
    make = demo.world.make
    async with make.database.reading() as db:
        event = (await db.exec(select(Event).where(Event.slug == demo.world.params["event"]))).one()
    person = await make.person(NAME, email="xq@example.org")
    await make.registration(event, person, organisation=ORGANISATION, directory=False)
    cookies = await make.cookie(person)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=demo.app), base_url=BASE, cookies=cookies
    ) as browser:
        yield Unmistakable(demo, person, browser)


def traces(shown: bytes) -> set[str]:
    return {trace for trace in TRACES if trace.encode() in shown}


async def pages_that_show_her(demo: Demo, visitor: str) -> set[str]:
    """The paths of the pages on which this visitor finds a trace of her."""
    found = set()
    for method, path in sorted(CASES):
        if method == "GET":
            answer = await demo.come(visitor).get(address(path, demo.world))
            if traces(answer.content):
                found.add(path)
    return found


async def rooms_that_show_her(demo: Demo, visitor: str) -> set[str]:
    """The kinds of room in which this visitor finds a trace of her, when they enter all of the demo event's."""
    hub, listener = demo.app.state.hub, Listener()
    [token] = demo.world.cookies[visitor].values()
    async with demo.world.make.database.reading() as db:
        sign_in = (await db.exec(select(SignIn).where(SignIn.token_hash == token_hash(token)))).one()
    connection = hub.connect(sign_in.person_id, sign_in.id, listener)
    found = set()
    for kind, key in (await room_keys(demo)).items():
        before = len(listener.notices)
        await hub.hello(connection, Hello([f"{kind}:{key}"]))
        if any(traces(encode(notice)) for notice in listener.notices[before:]):
            found.add(kind)
    hub.disconnect(connection)
    return found


async def room_keys(demo: Demo) -> dict[str, uuid.UUID]:
    """The id of a thing of the demo event for each kind of room."""
    params = demo.world.params
    async with demo.world.make.database.reading() as db:
        event = (await db.exec(select(Event).where(Event.slug == params["event"]))).one()
        live = select(Session).where(Session.event_id == event.id, Session.slug == params["session"])
        session = (await db.exec(live)).one()
    return {
        "event": event.id,
        "session": session.id,
        "stage": uuid.UUID(params["stage"]),
        "table": uuid.UUID(params["table"]),
    }


async def test_without_the_tick_no_page_and_no_room_shows_a_delegate_to_anybody_else(
    demo: Demo, her: Unmistakable
) -> None:
    await her.do_everything()
    for visitor in VISITORS:
        allowed = FOR_THE_TEAM if visitor == "organiser" else set()
        assert await pages_that_show_her(demo, visitor) <= allowed, visitor
        if visitor != "stranger":
            assert await rooms_that_show_her(demo, visitor) == set(), visitor
    async with demo.world.make.database.reading() as db:
        to_others = (await db.exec(select(Mail).where(Mail.recipient != her.person.email))).all()
    assert to_others
    assert not traces("".join(f"{mail.subject} {mail.text} {mail.html}" for mail in to_others).encode())


async def test_with_the_tick_the_table_shows_her_by_name_and_organisation_and_nothing_else_does(
    demo: Demo, her: Unmistakable
) -> None:
    await her.post("/{event}/registration/details", **DETAILS, directory="yes")
    await her.post("/{event}/lounge/{table:uuid}/seat", shows_name="yes")
    await her.post("/{event}/lounge/{table:uuid}/messages", text=SAID)
    assert await pages_that_show_her(demo, "delegate") == {"/{event}/lounge/{table:uuid}", "/{event}/lounge"}
    assert await rooms_that_show_her(demo, "delegate") == {"table"}
    page = (await demo.come("delegate").get(address("/{event}/lounge/{table:uuid}", demo.world))).text
    assert NAME in page
    assert ORGANISATION in page


async def test_the_walk_hears_the_talk_of_the_table_and_enters_every_kind_of_room(
    demo: Demo, her: Unmistakable
) -> None:
    """Hold the tests above against a walk that sees nothing because it is shut out."""
    await her.do_everything()
    async with demo.world.make.database.reading() as db:
        assert (await db.exec(select(Seat).where(Seat.person_id == her.person.id))).one()
    page = (await demo.come("delegate").get(address("/{event}/lounge/{table:uuid}", demo.world))).text
    assert SAID in page
    keys = await room_keys(demo)
    assert set(keys) == set(TOPICS)
    for kind, key in keys.items():
        assert [
            visitor
            for visitor in ("delegate", "speaker", "organiser")
            if await audience(demo, visitor, f"{kind}:{key}")
        ], kind
    assert await audience(demo, "delegate", f"table:{keys['table']}") == Audience.SEATED


async def audience(demo: Demo, visitor: str, room: str) -> Audience | None:
    [token] = demo.world.cookies[visitor].values()
    async with demo.world.make.database.reading() as db:
        sign_in = (await db.exec(select(SignIn.id).where(SignIn.token_hash == token_hash(token)))).one()
    found: Audience | None = await demo.app.state.hub.access.audience(sign_in, room)
    return found
