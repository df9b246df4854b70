"""Mail in the outbox is sent once, whatever happens meanwhile, and doubtful mail is shown to the organiser."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server.mail import outbox, worker
from server.mail.messages import placeholder
from server.models import Event, JoinLink, Mail, Person
from server.rules.tokens import token_hash
from server.settings import Settings
from server.store.engine.database import Database
from tests.engines.process import free_port
from tests.engines.smtp import Mailbox
from tests.factory import Factory

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
CONTEXT = {"base_url": "http://plenary.test"}
SetUp = Callable[[str], Settings]


@pytest.fixture
def with_server(settings: Settings) -> SetUp:
    """The settings of an installation that sends its mail to a server."""
    return lambda address: settings.model_copy(update={"mail_server": address, "mail_tls": "none"})


async def queue(database: Database, event: Event, person: Person, key: str = "one", kind: str = "registered") -> bool:
    async with database.writing() as db:
        return await outbox.queue(db, event, person, kind, key, CONTEXT)


async def mails(database: Database) -> list[Mail]:
    async with database.reading() as db:
        return list((await db.exec(select(Mail).order_by(Mail.created_at))).all())  # type: ignore[arg-type]


async def claim(database: Database, now: datetime) -> Mail | None:
    async with database.writing() as db:
        return await outbox.BACKLOG.claim(db, now)


async def test_one_occasion_is_one_mail(database: Database, make: Factory) -> None:
    event = await make.event()
    person = await make.delegate(event)
    outcomes = await asyncio.gather(*(queue(database, event, person) for _ in range(10)))
    assert outcomes.count(True) == 1
    assert len(await mails(database)) == 1


async def test_people_who_do_not_exist_get_no_mail(database: Database, make: Factory) -> None:
    event = await make.event(kind="rehearsal")
    assert not await queue(database, event, await make.person("Nobody", synthetic=True))
    assert await mails(database) == []


async def test_without_a_server_mail_stays_here_with_its_link(
    database: Database, make: Factory, settings: Settings
) -> None:
    event = await make.event()
    await queue(database, event, await make.delegate(event))
    assert await worker.deliver_next(database, settings)
    assert not await worker.deliver_next(database, settings)
    (mail,) = await mails(database)
    assert (mail.state, placeholder(mail.id) in mail.text) == ("kept", False)
    token = mail.text.split("/join/")[1].split()[0]
    async with database.reading() as db:
        assert (await db.exec(select(JoinLink))).one().token_hash == token_hash(token)


async def test_what_was_sent_holds_no_link_any_more(
    database: Database, make: Factory, with_server: SetUp, smtp: Mailbox
) -> None:
    event = await make.event()
    person = await make.delegate(event)
    await queue(database, event, person)
    before = len(smtp.messages)
    assert await worker.deliver_next(database, with_server(smtp.address))
    letter = (await smtp.wait_for(before + 1))[-1]
    body = letter.get_body(("plain",))
    assert body is not None
    token = body.get_content().split("/join/")[1].split()[0]
    assert letter["To"] == person.email
    (mail,) = await mails(database)
    assert token != placeholder(mail.id)
    assert mail.state == "sent"
    assert token not in mail.text + mail.html


async def test_two_workers_never_take_the_same_mail(database: Database, make: Factory) -> None:
    event = await make.event()
    person = await make.delegate(event)
    for n in range(5):
        await queue(database, event, person, f"key-{n}")
    claimed = await asyncio.gather(*(claim(database, NOW + timedelta(days=365)) for _ in range(5)))
    ids = [mail.id for mail in claimed if mail]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 1


async def test_a_crash_while_sending_is_shown_and_not_repeated(
    database: Database, make: Factory, settings: Settings
) -> None:
    """The process that claimed the mail is gone, and nobody knows whether it was sent."""
    event = await make.event()
    await queue(database, event, await make.delegate(event))
    begun = datetime.now(UTC)
    assert await claim(database, begun)
    async with database.writing() as db:
        assert await outbox.BACKLOG.lapse(db, begun) == 0
        assert await outbox.BACKLOG.lapse(db, begun + outbox.LEASE) == 1
    assert not await worker.deliver_next(database, settings)
    (mail,) = await mails(database)
    assert (mail.state, mail.reason) == ("uncertain", outbox.UNCERTAIN)


async def test_an_organisers_word_sends_it_again_once(database: Database, make: Factory, settings: Settings) -> None:
    event = await make.event()
    await queue(database, event, await make.delegate(event))
    begun = datetime.now(UTC)
    assert await claim(database, begun)
    async with database.writing() as db:
        await outbox.BACKLOG.lapse(db, begun + outbox.LEASE)
    (mail,) = await mails(database)
    async with database.writing() as db:
        assert await outbox.send_again(db, mail.id, begun)
        assert not await outbox.send_again(db, mail.id, begun)
    assert await worker.deliver_next(database, settings)


async def test_a_server_that_is_away_is_tried_again_later_and_not_forever(
    database: Database, make: Factory, with_server: SetUp
) -> None:
    event = await make.event()
    await queue(database, event, await make.delegate(event))
    away = with_server(f"127.0.0.1:{free_port()}")
    now = datetime.now(UTC)
    for attempts, wait in enumerate(outbox.BACK_OFF, start=1):
        mail = await claim(database, now)
        assert mail is not None
        await worker.hand_over(database, away, mail, await letter_of(database, mail))
        (mail,) = await mails(database)
        assert (mail.state, mail.attempts) == ("queued", attempts)
        assert await claim(database, datetime.now(UTC)) is None
        now = datetime.now(UTC) + wait
    mail = await claim(database, now)
    assert mail is not None
    await worker.hand_over(database, away, mail, await letter_of(database, mail))
    (mail,) = await mails(database)
    assert mail.state == "failed"
    assert "cannot be reached" in mail.reason


async def letter_of(database: Database, mail: Mail) -> worker.Letter:
    async with database.writing() as db:
        return await worker.letter_of(db, mail)


async def test_an_address_the_server_refuses_has_failed(
    database: Database, make: Factory, with_server: SetUp, smtp: Mailbox
) -> None:
    event = await make.event()
    person = await make.person("Amina", email="no-such-box@example.org")
    await queue(database, event, person)
    smtp.refusals[person.email] = "550 No such box"
    assert await worker.deliver_next(database, with_server(smtp.address))
    (mail,) = await mails(database)
    assert (mail.state, "550" in mail.reason) == ("failed", True)


@pytest.fixture
async def dropping_server() -> AsyncIterator[str]:
    """The address of a server that takes a message and breaks the connection before it says so."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            if line == b".\r\n":
                break
            if line[:4].upper() in (b"EHLO", b"MAIL", b"RCPT"):
                writer.write(b"250 OK\r\n")
            elif line[:4].upper() == b"DATA":
                writer.write(b"354 go on\r\n")
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}"


async def test_a_line_that_breaks_after_the_message_leaves_it_uncertain(
    database: Database, make: Factory, with_server: SetUp, dropping_server: str
) -> None:
    event = await make.event()
    await queue(database, event, await make.delegate(event))
    assert await worker.deliver_next(database, with_server(dropping_server))
    assert not await worker.deliver_next(database, with_server(dropping_server))
    (mail,) = await mails(database)
    assert (mail.state, mail.attempts) == ("uncertain", 1)
