"""Rights that are lost are lost within two seconds, in whatever stays open, whichever process it is open in.

Two applications over one database stand for two processes whose bus carries nothing between them, which is the worst
case: the command line, which writes without a bus, is heard the same way.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import httpx
import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from rooms.media.worker import MediaWorker, Whereabouts
from rooms.protocol import AnyCommand, Hello, Playing, ReactionSend, Refused
from rooms.receivers import Connection
from rooms.topics import TOPICS
from server.acts import publishing
from server.acts.publishing import publisher_of
from server.app import create_app
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
from server.rules.tokens import token_hash
from server.settings import Settings
from server.store import credentials, erasure, events, organisers, registrations, seating, sessions, speakers
from server.store.engine.database import Database
from server.trust.secret import derive, load_secret
from tests.factory import Factory
from tests.fixtures import BASE
from tests.imports import modules
from tests.pages.films import film_of
from tests.rooms.fakes import Listener, a_reaction
from tests.rooms.media.rtc.test_seam import aiortc_as_it_was, another_port
from tests.rooms.media.test_stages import offer
from tests.waiting import until

__all__ = ["aiortc_as_it_was"]

WITHIN_S = 2.0


@dataclass
class Open:
    """Everything that is open in one process, and whom it is open for."""

    app: Starlette
    database: Database
    worker: MediaWorker
    client: httpx.AsyncClient
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
    speaker: Speaker
    sign_ins: dict[str, SignIn]
    connections: dict[str, Connection]
    listeners: dict[str, Listener]
    claps: int = 0


Gone = Callable[[Open], Awaitable[bool]]


def room_gone(kind: str, who: str = "amina") -> Gone:
    async def gone(here: Open) -> bool:
        left = not any(name.startswith(f"{kind}:") for name in here.connections[who].rooms)
        return left or here.listeners[who].closed is not None

    return gone


async def clap_refused(here: Open) -> bool:
    """Clap, also for a page that has left the room; a connection that is closed claps no more."""
    here.claps += 1
    before = len(here.listeners["amina"].notices)
    await here.app.state.hub.react(here.connections["amina"], a_reaction(f"session:{here.live.id}", here.claps))

    def answered() -> list[object]:
        return [each for each in here.listeners["amina"].notices[before:] if hasattr(each, "sender")]

    answers = await until(answered, WITHIN_S)
    return isinstance(answers[0], Refused) or here.listeners["amina"].closed is not None


async def seat_gone(here: Open) -> bool:
    async with here.database.reading() as db:
        return (await db.exec(select(Seat).where(Seat.person_id == here.amina.id))).first() is None


async def place_gone(here: Open) -> bool:
    async with here.database.reading() as db:
        return (await db.exec(select(QueueEntry).where(QueueEntry.person_id == here.amina.id))).first() is None


async def seat_refused(here: Open) -> bool:
    path = f"/{here.event.slug}/lounge/{here.table.id}/seat"
    return (await here.client.post(path)).status_code in (401, 403, 409)


async def segment_gone(here: Open) -> bool:
    return (await here.client.get(f"/segments/{here.recorded.media_key}/v-0-0.m4s")).status_code == 404


async def playlist_gone(here: Open) -> bool:
    path = f"/{here.event.slug}/sessions/{here.recorded.slug}/media/index.m3u8"
    return (await here.client.get(path)).status_code in (401, 403, 404)


async def download_gone(here: Open) -> bool:
    """The page of the file stands for the file: both ask `offered`, and so does a download under way."""
    path = f"/{here.event.slug}/sessions/{here.recorded.slug}/download"
    return (await here.client.get(path)).status_code in (303, 401, 403, 404)


def sent(here: Open, kind: str) -> bool:
    stages = here.worker.stages._stages.values()
    return any(getattr(stage, kind) for stage in stages)


async def publisher_gone(here: Open) -> bool:
    return not sent(here, "sources")


async def watcher_gone(here: Open) -> bool:
    return not sent(here, "watchers")


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
    "WHIP": publisher_gone,
    "WHEP": watcher_gone,
}
ROOMS = {"the event's room", "the session's room", "the table's room"}
SEATS = {"a seat", "a place in a queue"}
PAGES = {"taking a seat", "a playlist", "a download"}
SPEAKS = {"the stage's room", "WHIP", "WHEP"}


async def sign_out(here: Open, db: AsyncSession) -> None:
    for each in here.sign_ins.values():
        await credentials.end_sign_in(db, each.person_id, each.id, datetime.now(UTC))


async def cancel(here: Open, db: AsyncSession) -> None:
    registration = await registrations.of_person(db, here.event.id, here.amina.id)
    assert await registrations.cancel(db, registration, datetime.now(UTC))


async def take_grant(here: Open, db: AsyncSession) -> None:
    await organisers.take_grants(db, col(GrantRow.person_id) == here.sam.id)


async def delete_speaker(here: Open, db: AsyncSession) -> None:
    await speakers.remove(db, await db.get_one(Speaker, here.speaker.id))


async def erase(here: Open, db: AsyncSession) -> None:
    for person in (here.amina, here.sam):
        await erasure.erase(db, person.id, datetime.now(UTC))


async def close(here: Open, db: AsyncSession) -> None:
    assert await events.move(db, here.event.id, "close")


async def withdraw(here: Open, db: AsyncSession) -> None:
    assert await sessions.move_recording(db, here.recorded, "withdraw")


async def close_recordings(here: Open, db: AsyncSession) -> None:
    event = await db.get_one(Event, here.event.id)
    await events.change(db, event, recordings_close_on=datetime.now(UTC).date() - timedelta(days=2))


CHANGES: dict[str, tuple[Callable[[Open, AsyncSession], Awaitable[None]], set[str]]] = {
    "a sign-in ends": (sign_out, ROOMS | PAGES | SPEAKS | {"a speaker's room of the event", "a reaction"}),
    "a registration is cancelled": (cancel, ROOMS | SEATS | PAGES | {"a reaction"}),
    "a grant is taken": (take_grant, SPEAKS | {"a speaker's room of the event"}),
    "a speaker is deleted": (delete_speaker, SPEAKS | {"a speaker's room of the event"}),
    "people are erased": (
        erase,
        ROOMS | SEATS | PAGES | SPEAKS | {"a speaker's room of the event", "a reaction"},
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


@pytest.fixture
async def here(
    applications: list[Starlette], worker: MediaWorker, database: Database, make: Factory, settings: Settings
) -> AsyncIterator[Open]:
    """Everything open in the first process."""
    app = applications[0]
    day = datetime.now(UTC).date() - timedelta(days=3)
    event = await make.event(starts_on=day, ends_on=day, recordings_close_on=datetime.now(UTC).date())
    live = await make.live_session(event)
    film = await film_of(event, database, settings)
    ended_at = datetime.now(UTC) - timedelta(minutes=10)
    hours = {"started_at": ended_at - timedelta(seconds=30), "ended_at": ended_at}
    recorded = await make.session(event, film_id=film.id, state="ended", recording="open", downloadable=True, **hours)
    stage = await make.stage(event)
    table, full_table = await make.table(event), await make.table(event, seats=2)
    amina, sam = await make.delegate(event, "Amina"), await make.person("Sam")
    speaker = await make.speaker(event, sam)
    await make.grant(sam, "speaker", "event", event.id)
    cookies = {"amina": await make.cookie(amina), "sam": await make.cookie(sam)}
    async with database.writing() as db:
        now = datetime.now(UTC)
        for _ in range(2):
            await seating.take_seat(db, full_table, (await make_delegate_id(db, event)), now=now)
        await seating.take_seat(db, table, amina.id, now=now)
        await seating.join_queue(db, full_table, amina.id, now=now)
        by_hash = {row.token_hash: row for row in await db.exec(select(SignIn))}
    sign_ins = {who: by_hash[token_hash(next(iter(cookie.values())))] for who, cookie in cookies.items()}
    rooms = {
        "amina": [f"event:{event.id}", f"session:{live.id}", f"table:{table.id}"],
        "sam": [f"event:{event.id}", f"stage:{stage.id}"],
    }
    listeners = {who: Listener() for who in rooms}
    connections = {}
    for who, names in rooms.items():
        connections[who] = app.state.hub.connect(sign_ins[who].person_id, sign_ins[who].id, listeners[who])
        await app.state.hub.hello(connections[who], Hello(names))
        assert connections[who].rooms == set(names)
    await until(lambda: app.state.media.is_open)
    held = publisher_of(sam, [], stage)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url=BASE, cookies=cookies["amina"]
    ) as client:
        opened = Open(
            app, database, worker, client, event, live, recorded, stage, table, full_table, amina, sam, speaker,
            sign_ins, connections, listeners,
        )  # fmt: skip
        await publishing.publish(database, app.state.media, stage, held, await offer("sendonly"), sign_ins["sam"])
        await publishing.watch(database, app.state.media, stage, sign_ins["sam"], await offer("recvonly"))
        yield opened


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
    act, channels = CHANGES[change]
    before = [name for name in sorted(CHANNELS) if await CHANNELS[name](here)]
    assert before == [], "these were never open"
    writer: Database = applications[0 if by == "the same process" else 1].state.db
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
    assert late == []
    kept = [name for name in sorted(set(CHANNELS) - channels - FOLLOWS) if await CHANNELS[name](here)]
    assert kept == [], "these ended with no right lost"


FOLLOWS = {"a speaker's room of the event", "a seat", "a place in a queue", "taking a seat", "a reaction", "a segment"}
"""Channels that may end with another one, besides those that must."""


def test_every_kind_of_room_has_its_row() -> None:
    assert {name.removeprefix("the ").partition("'s room")[0] for name in CHANNELS if name.endswith("'s room")} == set(
        TOPICS
    )


def test_every_command_has_its_row() -> None:
    """Entering a room, reacting there and playing there: all that a browser can ask for over its socket."""
    assert set(get_args(AnyCommand)) == {Hello, ReactionSend, Playing}


def test_every_answer_that_streams_has_its_row() -> None:
    """What streams lasts, and has to be asked about again while it does."""
    lasting = re.compile(r"\b(FileResponse|StreamingResponse)\(")
    found = {name for name, path in modules("server").items() if lasting.search(Path(path).read_text())}
    assert found == {"server.pages.downloads"} | SHORT


SHORT = {"server.pages.report"}
"""Modules whose answers are files that are made for them and soon sent: an export."""
