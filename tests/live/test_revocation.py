"""Rights that are lost are lost within two seconds, in whatever stays open, whichever process it is open in.

Two applications over one database stand for two processes whose bus carries nothing between them, which is the worst
case: the command line, which writes without a bus, is heard the same way. Two real processes over a real Redis go
through the same table.
"""

import asyncio
import re
import signal
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, get_args

import httpx
import pytest
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed

from rooms.hub import Hub
from rooms.media.worker import MediaWorker, Whereabouts
from rooms.protocol import AnyCommand, Hello, Playing, ReactionSend, Refused
from rooms.receivers import Connection
from rooms.topics import TOPICS
from server.acts import publishing
from server.acts.publishing import NotAnyMore
from server.app import create_app
from server.media.backstage import Backstage
from server.media.line import MediaLine
from server.media.whereabouts import listen_address
from server.models import (
    Event,
    GrantRow,
    NetworkingTable,
    Person,
    QueueEntry,
    Registration,
    Seat,
    Session,
    SignIn,
    Speaker,
    Stage,
)
from server.rules.sign_ins import STRONG_IDLE, STRONG_LONGEST
from server.rules.tokens import token_hash
from server.settings import Settings
from server.store import credentials, erasure, events, organisers, registrations, seating, sessions, speakers, stages
from server.store.backstage import publisher_of
from server.store.engine.database import Database
from server.store.registrations import Details
from server.trust.secret import derive, load_secret
from tests.engines.redis import Redis
from tests.factory import Factory
from tests.fixtures import BASE
from tests.imports import modules
from tests.live.killable import Killable
from tests.live.page import Page, opened
from tests.media.test_hostile_calls import Section, offer_of
from tests.pages.films import film_of
from tests.rooms.fakes import Listener, a_reaction
from tests.rooms.media.rtc.test_seam import aiortc_as_it_was, another_port
from tests.rooms.media.test_stages import offer
from tests.waiting import until

__all__ = ["aiortc_as_it_was"]

WITHIN_S = 2.0


class Browser(Protocol):
    """The live connection of one person's page."""

    def left(self, room: str) -> bool:
        """True when the page is not in this room, or its connection is closed."""

    async def is_clap_refused(self, session: uuid.UUID, n: int) -> bool:
        """Clap, also for a session whose room the page has left; a connection that is closed claps no more."""


@dataclass
class PageHere:
    """A connection to the hub of an application in this process."""

    hub: Hub
    connection: Connection
    listener: Listener

    def left(self, room: str) -> bool:
        return room not in self.connection.rooms or self.listener.closed is not None

    async def is_clap_refused(self, session: uuid.UUID, n: int) -> bool:
        before = len(self.listener.notices)
        await self.hub.react(self.connection, a_reaction(f"session:{session}", n))

        def answered() -> list[object]:
            return [each for each in self.listener.notices[before:] if hasattr(each, "sender")]

        answers = await until(answered, WITHIN_S)
        return isinstance(answers[0], Refused) or self.listener.closed is not None


@dataclass
class PageElsewhere:
    """A WebSocket to another process."""

    page: Page

    def left(self, room: str) -> bool:
        return room not in self.page.rooms or self.page.code is not None

    async def is_clap_refused(self, session: uuid.UUID, n: int) -> bool:
        if self.page.code is not None:
            return True
        try:
            key = await self.page.react(f"session:{session}")
            await self.page.until(lambda page: key in page.answers or page.code is not None, WITHIN_S)
        except ConnectionClosed:
            return True
        return self.page.answers.get(key) != "accepted"


@dataclass
class Laid:
    """The rows of an event, the people whose rights are in question, and their sign-ins."""

    event: Event
    live: Session
    recorded: Session
    stage: Stage
    table: NetworkingTable
    full_table: NetworkingTable
    amina: Person
    """A delegate, who sits at one table and waits at another."""
    sam: Person
    """A speaker, who sends and watches backstage."""
    olive: Person
    """An organiser with a strong sign-in, who has the console open and watches backstage."""
    speaker: Speaker
    cookies: dict[str, dict[str, str]]
    sign_ins: dict[str, SignIn]

    @property
    def rooms(self) -> dict[str, dict[str, str]]:
        """By person: the rooms that their page is in, by kind."""
        event, stage = f"event:{self.event.id}", f"stage:{self.stage.id}"
        return {
            "amina": {"event": event, "session": f"session:{self.live.id}", "table": f"table:{self.table.id}"},
            "sam": {"event": event, "stage": stage},
            "olive": {"event": event, "stage": stage},
        }


@dataclass
class Open:
    """Everything that is open in one process, and whom it is open for. `client` is the browser of Amina."""

    laid: Laid
    database: Database
    media: MediaLine
    """A line to the media process, by any web process."""
    client: httpx.AsyncClient
    pages: dict[str, Browser]
    connections: dict[str, str]
    """The connections to the media process, by what they are for."""
    claps: int = 0


Gone = Callable[[Open], Awaitable[bool]]


def room_gone(kind: str, who: str = "amina") -> Gone:
    async def gone(here: Open) -> bool:
        return here.pages[who].left(here.laid.rooms[who][kind])

    return gone


async def clap_refused(here: Open) -> bool:
    here.claps += 1
    return await here.pages["amina"].is_clap_refused(here.laid.live.id, here.claps)


async def seat_gone(here: Open) -> bool:
    async with here.database.reading() as db:
        return (await db.exec(select(Seat).where(Seat.person_id == here.laid.amina.id))).first() is None


async def place_gone(here: Open) -> bool:
    async with here.database.reading() as db:
        return (await db.exec(select(QueueEntry).where(QueueEntry.person_id == here.laid.amina.id))).first() is None


async def seat_refused(here: Open) -> bool:
    path = f"/{here.laid.event.slug}/lounge/{here.laid.table.id}/seat"
    return (await here.client.post(path, data={"shows_name": "no"})).status_code in (401, 403, 409)


async def segment_gone(here: Open) -> bool:
    return (await here.client.get(f"/segments/{here.laid.recorded.media_key}/v-0-0.m4s")).status_code == 404


async def playlist_gone(here: Open) -> bool:
    path = f"/{here.laid.event.slug}/sessions/{here.laid.recorded.slug}/media/index.m3u8"
    return (await here.client.get(path)).status_code in (401, 403, 404)


async def download_gone(here: Open) -> bool:
    """The page of the file stands for the file: both ask `offered`, and so does a download under way."""
    path = f"/{here.laid.event.slug}/sessions/{here.laid.recorded.slug}/download"
    return (await here.client.get(path)).status_code in (303, 401, 403, 404)


def connection_gone(which: str) -> Gone:
    async def gone(here: Open) -> bool:
        return (str(here.laid.stage.id), here.connections[which]) not in await here.media.connections()

    return gone


CHANNELS: dict[str, Gone] = {
    "the event's room": room_gone("event"),
    "the session's room": room_gone("session"),
    "the table's room": room_gone("table"),
    "the stage's room": room_gone("stage", "sam"),
    "a speaker's room of the event": room_gone("event", "sam"),
    "a reaction": clap_refused,
    "a seat": seat_gone,
    "a place in a queue": place_gone,
    "taking a seat": seat_refused,
    "a segment": segment_gone,
    "a playlist": playlist_gone,
    "a download": download_gone,
    "the console": room_gone("event", "olive"),
    "the stage's desk": room_gone("stage", "olive"),
    "WHIP": connection_gone("WHIP"),
    "WHEP": connection_gone("WHEP"),
    "an organiser's monitor": connection_gone("an organiser's monitor"),
}
ROOMS = {"the event's room", "the session's room", "the table's room"}
SEATS = {"a seat", "a place in a queue"}
PAGES = {"taking a seat", "a playlist", "a download"}
SPEAKS = {"the stage's room", "WHIP", "WHEP"}
DIRECTS = {"the console", "the stage's desk", "an organiser's monitor"}


async def sign_out(here: Open, db: AsyncSession) -> None:
    for each in here.laid.sign_ins.values():
        await credentials.end_sign_in(db, each.person_id, each.id, datetime.now(UTC))


async def cancel(here: Open, db: AsyncSession) -> None:
    registration = await registrations.of_person(db, here.laid.event.id, here.laid.amina.id)
    assert await registrations.cancel(db, registration, datetime.now(UTC))


async def wait_again(here: Open, db: AsyncSession) -> None:
    """Cancel, and register again: everybody who registers waits first."""
    await cancel(here, db)
    assert await registrations.add(db, here.laid.event, here.laid.amina, Details(), "test", datetime.now(UTC))


async def idle(here: Open, db: AsyncSession) -> None:
    await credentials.end_expired(db, datetime.now(UTC) + STRONG_IDLE)


async def last_a_day(here: Open, db: AsyncSession) -> None:
    """Let a day pass in which the page stayed connected."""
    tomorrow = datetime.now(UTC) + STRONG_LONGEST
    await credentials.note_use(db, [here.laid.sign_ins["olive"].id], tomorrow)
    await credentials.end_expired(db, tomorrow)


async def take_grant(here: Open, db: AsyncSession) -> None:
    await organisers.take_grants(db, col(GrantRow.person_id).in_([here.laid.sam.id, here.laid.olive.id]))


async def delete_speaker(here: Open, db: AsyncSession) -> None:
    await speakers.remove(db, await db.get_one(Speaker, here.laid.speaker.id))


async def erase(here: Open, db: AsyncSession) -> None:
    for person in (here.laid.amina, here.laid.sam, here.laid.olive):
        await erasure.erase(db, person.id, datetime.now(UTC))


async def close(here: Open, db: AsyncSession) -> None:
    assert await events.move(db, here.laid.event.id, "close")


async def withdraw(here: Open, db: AsyncSession) -> None:
    assert await sessions.move_recording(db, here.laid.recorded, "withdraw")


async def close_recordings(here: Open, db: AsyncSession) -> None:
    event = await db.get_one(Event, here.laid.event.id)
    await events.change(db, event, recordings_close_on=datetime.now(UTC).date() - timedelta(days=2))


CHANGES: dict[str, tuple[Callable[[Open, AsyncSession], Awaitable[None]], set[str]]] = {
    "a sign-in ends": (sign_out, ROOMS | PAGES | SPEAKS | DIRECTS | {"a speaker's room of the event", "a reaction"}),
    "a strong sign-in is not used": (idle, DIRECTS),
    "a strong sign-in has lasted for a day": (last_a_day, DIRECTS),
    "a registration is cancelled": (cancel, ROOMS | SEATS | PAGES | {"a reaction"}),
    "a registration waits again": (wait_again, ROOMS | SEATS | PAGES | {"a reaction"}),
    "a grant is taken": (take_grant, SPEAKS | DIRECTS | {"a speaker's room of the event"}),
    "a speaker is deleted": (delete_speaker, SPEAKS | {"a speaker's room of the event"}),
    "people are erased": (
        erase,
        ROOMS | SEATS | PAGES | SPEAKS | DIRECTS | {"a speaker's room of the event", "a reaction"},
    ),
    "the event is closed": (close, {"a reaction", "taking a seat"}),
    "a recording is withdrawn": (withdraw, {"a segment", "a playlist", "a download"}),
    "recordings close": (close_recordings, {"a segment", "a playlist", "a download"}),
}
"""Each change of rights, and the channels that are gone after it."""


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Starlette]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def worker(aiortc_as_it_was: None, settings: Settings) -> AsyncIterator[MediaWorker]:
    """A media process's worker that the applications reach."""
    await another_port()
    directory = settings.data / "media" / "stages"
    directory.mkdir(parents=True)
    key = derive(load_secret(settings), "media")
    worker = MediaWorker(Whereabouts(listen_address(settings), "", 0, directory), key)
    server = await worker._listen()
    yield worker
    server.close()
    await worker.stages.close()
    for line in tuple(worker._lines):
        line.close()


@pytest.fixture
async def applications(settings: Settings, worker: MediaWorker) -> AsyncIterator[list[Starlette]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(settings)) for _ in range(2)]


async def lay(database: Database, make: Factory, settings: Settings) -> Laid:
    """Make an event that is live, with a recording, a stage and tables, and sign its people in."""
    day = datetime.now(UTC).date() - timedelta(days=3)
    event = await make.event(starts_on=day, ends_on=day, recordings_close_on=datetime.now(UTC).date())
    live = await make.live_session(event)
    film = await film_of(event, database, settings)
    ended_at = datetime.now(UTC) - timedelta(minutes=10)
    hours = {"started_at": ended_at - timedelta(seconds=30), "ended_at": ended_at}
    recorded = await make.session(event, film_id=film.id, state="ended", recording="open", downloadable=True, **hours)
    stage = await make.stage(event)
    table, full_table = await make.table(event), await make.table(event, seats=2)
    amina, sam, olive = await make.delegate(event, "Amina"), await make.person("Sam"), await make.organiser(event)
    speaker = await make.speaker(event, sam)
    await make.grant(sam, "speaker", "event", event.id)
    cookies = {"amina": await make.cookie(amina), "sam": await make.cookie(sam)}
    cookies["olive"] = await make.cookie(olive, strong=True)
    async with database.writing() as db:
        now = datetime.now(UTC)
        for _ in range(2):
            await seating.take_seat(db, full_table, (await make_delegate_id(db, event)), now=now)
        await seating.take_seat(db, table, amina.id, now=now)
        await seating.join_queue(db, full_table, amina.id, now=now)
        by_hash = {row.token_hash: row for row in await db.exec(select(SignIn))}
    sign_ins = {who: by_hash[token_hash(next(iter(cookie.values())))] for who, cookie in cookies.items()}
    return Laid(event, live, recorded, stage, table, full_table, amina, sam, olive, speaker, cookies, sign_ins)


@pytest.fixture
async def here(
    applications: list[Starlette], worker: MediaWorker, database: Database, make: Factory, settings: Settings
) -> AsyncIterator[Open]:
    """Everything open in the first process."""
    app, laid = applications[0], await lay(database, make, settings)
    pages = dict[str, Browser]()
    for who, rooms in laid.rooms.items():
        listener = Listener()
        connection = app.state.hub.connect(laid.sign_ins[who].person_id, laid.sign_ins[who].id, listener)
        await app.state.hub.hello(connection, Hello([*rooms.values()]))
        assert connection.rooms == set(rooms.values())
        pages[who] = PageHere(app.state.hub, connection, listener)
    media: MediaLine = app.state.media
    await until(lambda: media.is_open)
    stage, sam, olive = laid.stage, laid.sign_ins["sam"], laid.sign_ins["olive"]
    held = publisher_of(laid.sam, [], stage)
    backstage: Backstage = app.state.backstage
    answers = {
        "WHIP": await publishing.publish(backstage, stage, held, await offer("sendonly"), sam),
        "WHEP": await publishing.watch(backstage, stage, sam, await offer("recvonly")),
        "an organiser's monitor": await publishing.watch(backstage, stage, olive, await offer("recvonly")),
    }
    connections = {name: answer.connection for name, answer in answers.items()}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=laid.cookies["amina"]) as client:
        yield Open(laid, database, media, client, pages, connections)


async def make_delegate_id(db: AsyncSession, event: Event):
    person = Person(email=f"{id(event)}-{datetime.now(UTC).timestamp()}@example.org", name="Chidi")
    db.add(person)
    await db.flush()
    db.add(Registration(event_id=event.id, person_id=person.id, state="confirmed", confirmed_at=datetime.now(UTC)))
    await db.flush()
    return person.id


@pytest.mark.one_engine
@pytest.mark.parametrize("by", ["the same process", "another process"])
@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_open_is_gone_within_two_seconds(
    applications: list[Starlette], here: Open, change: str, by: str
) -> None:
    writer: Database = applications[0 if by == "the same process" else 1].state.db
    assert await wrong_after(change, here, writer) == {}


@pytest.mark.one_engine
async def test_whoever_loses_their_right_while_an_offer_is_answered_sends_and_watches_nothing(
    applications: list[Starlette], database: Database, make: Factory, settings: Settings
) -> None:
    app, laid = applications[0], await lay(database, make, settings)
    media, backstage = app.state.media, app.state.backstage
    await until(lambda: media.is_open)
    stage, sam = laid.stage, laid.sign_ins["sam"]
    async with database.writing() as db:
        await db.exec(update(SignIn).where(col(SignIn.id) == sam.id).values(ended_at=datetime.now(UTC)))
    with pytest.raises(NotAnyMore):
        await publishing.publish(backstage, stage, publisher_of(laid.sam, [], stage), await offer("sendonly"), sam)
    with pytest.raises(NotAnyMore):
        await publishing.watch(backstage, stage, sam, await offer("recvonly"))

    async def nothing_is_left() -> bool:
        async with database.reading() as db:
            sources = await stages.sources_of(db, stage.id)
        return [(source.state, source.slot) for source in sources] == [("left", None)] and not await media.connections()

    await until(nothing_is_left, WITHIN_S)


async def wrong_after(change: str, here: Open, writer: Database) -> dict[str, str]:
    """Make a change; returns the channels that were never open, ended late, or ended with no right lost."""
    act, channels = CHANGES[change]
    if closed := {name: "was never open" for name in sorted(CHANNELS) if await CHANNELS[name](here)}:
        return closed
    async with writer.writing() as db:
        await act(here, db)

    async def gone_in_time(name: str) -> bool:
        try:
            await until(lambda: CHANNELS[name](here), WITHIN_S)
        except TimeoutError:
            return False
        return True

    outcomes = await asyncio.gather(*(gone_in_time(name) for name in sorted(channels)))
    late = [name for name, was_gone in zip(sorted(channels), outcomes, strict=True) if not was_gone]
    kept = [name for name in sorted(set(CHANNELS) - channels - FOLLOWS) if await CHANNELS[name](here)]
    return dict.fromkeys(late, "is late") | dict.fromkeys(kept, "ended with no right lost")


@asynccontextmanager
async def open_elsewhere(base: str, laid: Laid, database: Database, media: MediaLine) -> AsyncIterator[Open]:
    """Everything open in another process, over the network."""
    async with AsyncExitStack() as stack:
        pages = dict[str, Browser]()
        for who, rooms in laid.rooms.items():
            page = await stack.enter_async_context(opened(base, laid.cookies[who], *rooms.values()))
            pages[who] = PageElsewhere(page)
        clients = {
            who: await stack.enter_async_context(
                httpx.AsyncClient(base_url=base, cookies=cookie, headers={"origin": base}, timeout=20)
            )
            for who, cookie in laid.cookies.items()
        }
        connections = {}
        for name, who, kind in (
            ("WHIP", "sam", "whip"),
            ("WHEP", "sam", "whep"),
            ("an organiser's monitor", "olive", "whep"),
        ):
            answer = await clients[who].post(f"/stages/{laid.stage.id}/{kind}", content=OFFER, headers=SDP)
            assert answer.status_code == 201, answer.text
            connections[name] = answer.headers["location"].rpartition("/")[2]
        yield Open(laid, database, media, clients["amina"], pages, connections)


SDP = {"content-type": "application/sdp"}
OFFER = offer_of([Section("audio"), Section("video")])


@pytest.mark.one_engine
@pytest.mark.timeout(180)
async def test_what_is_open_in_another_process_is_gone_within_two_seconds_of_word_by_redis(
    settings: Settings, database: Database, make: Factory, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is open in `plenary serve`, over the network; the changes are made in this process."""
    monkeypatch.setenv("PLENARY_MEDIA_ADDRESS", "127.0.0.1")
    server = Killable(settings, settings.data, redis_url=redis.url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.end, signal.SIGTERM)
        app, _ = await asyncio.gather(
            stack.enter_async_context(running(settings.model_copy(update={"redis_url": redis.url}))), server.start()
        )
        first = await lay(database, make, settings)
        async with database.writing() as db:
            await stages.want(db, first.stage, datetime.now(UTC))
        await until(lambda: app.state.media.is_open)
        wrong = {}
        for change in CHANGES:
            laid = await lay(database, make, settings)
            async with open_elsewhere(server.base, laid, database, app.state.media) as elsewhere:
                if found := await wrong_after(change, elsewhere, app.state.db):
                    wrong[change] = found
        assert wrong == {}


FOLLOWS = {"a speaker's room of the event", "a seat", "a place in a queue", "taking a seat", "a reaction", "a segment"}
"""Channels that may end with another one, besides those that must."""


def test_every_channel_is_ended_by_a_change() -> None:
    assert set().union(*(channels for _, channels in CHANGES.values())) | FOLLOWS == set(CHANNELS)


def test_every_kind_of_room_has_its_row() -> None:
    assert {name.removeprefix("the ").partition("'s room")[0] for name in CHANNELS if name.endswith("'s room")} == set(
        TOPICS
    )


def test_every_command_has_its_row() -> None:
    """Entering a room, reacting there and playing there: all that a browser can ask for over its socket."""
    assert set(get_args(AnyCommand)) == {Hello, ReactionSend, Playing}


def test_every_answer_that_streams_has_its_row() -> None:
    """A stream lasts, so its right has to be asked again while it does."""
    lasting = re.compile(r"\b(FileResponse|StreamingResponse)\b")
    found = {name for name, path in modules("server").items() if lasting.search(Path(path).read_text())}
    assert found == {"server.pages.downloads"} | SHORT


SHORT = {"server.pages.report", "server.pages.console.security_log"}
"""Modules whose answers are files that are made for them and soon sent: an export."""
