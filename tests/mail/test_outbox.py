"""Mail in the outbox is sent once, whatever happens meanwhile, and doubtful mail is shown to the organiser."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from icalendar import Calendar
from pydantic import ValidationError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import State

from server.mail import outbox, worker
from server.mail.delivery import MailConnection
from server.mail.messages import placeholder
from server.mail.occasions import EventMail
from server.models import Event, JoinLink, Mail, Person
from server.rules.tokens import token_hash
from server.settings import Settings
from server.store.engine.database import Database
from tests.engines.process import free_port
from tests.engines.smtp import Mailbox
from tests.factory import Factory

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
CONTEXT = {"base_url": "http://plenary.test", "standing": "Your place is confirmed."}
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


async def send_next(database: Database, settings: Settings) -> bool:
    """Send the mail that is due over a connection of its own; False when none was sent."""
    connection = MailConnection(settings)
    try:
        return await worker.deliver_next(database, settings, connection)
    finally:
        connection.close()


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
    assert await send_next(database, settings)
    assert not await send_next(database, settings)
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
    assert await send_next(database, with_server(smtp.address))
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
    assert not await send_next(database, settings)
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
    assert await send_next(database, settings)


async def test_a_server_that_is_away_is_tried_again_for_two_days_and_not_forever(
    database: Database, make: Factory, with_server: SetUp
) -> None:
    """The attempts come back to back here, each once the mail is due."""
    event = await make.event()
    await queue(database, event, await make.delegate(event))
    away = with_server(f"127.0.0.1:{free_port()}")
    waited = timedelta()
    for attempts, wait in enumerate(outbox.BACK_OFF, start=1):
        begun = datetime.now(UTC)
        assert not await worker.deliver_next(database, away, MailConnection(away))
        (mail,) = await mails(database)
        assert (mail.state, mail.attempts) == ("queued", attempts)
        assert begun + wait <= mail.due_at <= datetime.now(UTC) + wait
        waited += wait
        await make_due(database)
    assert waited >= timedelta(days=2)
    assert not await worker.deliver_next(database, away, MailConnection(away))
    (mail,) = await mails(database)
    assert mail.state == "failed"
    assert "cannot be reached" in mail.reason


async def make_due(database: Database) -> None:
    async with database.writing() as db:
        await db.exec(update(Mail).where(col(Mail.state) == "queued").values(due_at=datetime.now(UTC)))


async def test_a_server_that_is_away_counts_as_one_attempt_of_all_that_is_due(
    database: Database, make: Factory, with_server: SetUp
) -> None:
    """Otherwise five hundred mails would wait for five hundred time limits, one after the other."""
    event = await make.event()
    for n in range(3):
        await queue(database, event, await make.delegate(event), f"key-{n}")
    away = with_server(f"127.0.0.1:{free_port()}")
    assert not await worker.deliver_next(database, away, MailConnection(away))
    assert {(mail.state, mail.attempts) for mail in await mails(database)} == {("queued", 1)}
    assert len({mail.due_at for mail in await mails(database)}) == 1


async def test_an_address_the_server_refuses_has_failed(
    database: Database, make: Factory, with_server: SetUp, smtp: Mailbox
) -> None:
    event = await make.event()
    person = await make.person("Amina", email="no-such-box@example.org")
    await queue(database, event, person)
    smtp.refusals[person.email] = "550 No such box"
    assert await send_next(database, with_server(smtp.address))
    (mail,) = await mails(database)
    assert (mail.state, "550" in mail.reason) == ("failed", True)


async def test_all_mail_that_failed_is_sent_again_by_one_press(
    database: Database, make: Factory, settings: Settings
) -> None:
    event, other = await make.event(), await make.event()
    for n, state in enumerate(("failed", "failed", "uncertain", "sent")):
        await queue(database, event, await make.delegate(event), f"key-{n}")
        await set_state(database, f"key-{n}", state)
    await queue(database, other, await make.delegate(other), "elsewhere")
    await set_state(database, "elsewhere", "failed")
    async with database.writing() as db:
        assert await outbox.send_all_again(db, event.id, "failed", datetime.now(UTC)) == 2
    states = {mail.idempotency_key: mail.state for mail in await mails(database)}
    again = {"key-0": "queued", "key-1": "queued", "key-2": "uncertain", "key-3": "sent", "elsewhere": "failed"}
    assert states == again


async def set_state(database: Database, key: str, state: str) -> None:
    async with database.writing() as db:
        await db.exec(update(Mail).where(col(Mail.idempotency_key) == key).values(state=state))


Answers = dict[bytes, bytes]
PROBLEMS: dict[str, tuple[Answers, str, str]] = {
    "the sender is refused": ({b"MAIL": b"550 5.7.1 Who are you?"}, "queued", "refuses the sender"),
    "the sender is put off": ({b"MAIL": b"451 Slowly"}, "queued", "refuses the sender"),
    "the recipient is refused": ({b"RCPT": b"550 No such box"}, "failed", "550"),
    "the recipient is put off": ({b"RCPT": b"450 Greylisted"}, "queued", "450"),
    "the content is refused": ({b"DATA": b"554 No mail today"}, "failed", "554"),
    "the content is refused at its end": ({b".\r\n": b"552 Too large"}, "failed", "552"),
    "the line breaks at the greeting": ({b"EHLO": b"", b"HELO": b""}, "queued", "broke before"),
    "the line breaks before the recipient": ({b"RCPT": b""}, "queued", "broke before"),
    "the line breaks at the end of the content": ({b".\r\n": b""}, "uncertain", "broke while"),
}
"""A server's answer to a command (nothing: it breaks the connection), the mail's state, a word of the reason."""


@asynccontextmanager
async def answering(answers: Answers) -> AsyncIterator[str]:
    """A mail server with these answers, which accepts everything else; its address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        is_content = False
        with suppress(ConnectionError):
            while line := await reader.readline():
                if is_content and line != b".\r\n":
                    continue
                word = line if is_content else line[:4].upper()
                answer = answers.get(word, b"354 go on" if word == b"DATA" else b"250 OK")
                is_content = word == b"DATA" and answer.startswith(b"354")
                if not answer:
                    break
                writer.write(answer + b"\r\n")
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}"


@pytest.mark.parametrize("problem", PROBLEMS)
async def test_a_mail_is_uncertain_only_when_the_server_may_have_it(
    database: Database, make: Factory, with_server: SetUp, problem: str
) -> None:
    answers, state, word = PROBLEMS[problem]
    event = await make.event()
    await queue(database, event, await make.delegate(event))
    async with answering(answers) as address:
        await send_next(database, with_server(address))
    (mail,) = await mails(database)
    assert mail.state == state
    assert word in mail.reason


async def test_a_name_and_password_that_are_refused_keep_all_mail_waiting(
    database: Database, make: Factory, settings: Settings
) -> None:
    event = await make.event()
    await queue(database, event, await make.delegate(event))
    refusal = {b"EHLO": b"250-mail.test\r\n250 AUTH PLAIN", b"AUTH": b"535 Wrong"}
    async with answering(refusal) as address:
        changes = {"mail_server": address, "mail_tls": "none", "mail_user": "amina", "mail_password": "wrong"}
        await send_next(database, settings.model_copy(update=changes))
    (mail,) = await mails(database)
    assert (mail.state, mail.attempts) == ("queued", 1)
    assert "user name or the password" in mail.reason


@pytest.mark.parametrize("sender", ["", "Plenary", "Plenary <>", "a@b@c", "Plenary <conference at example.org>"])
def test_a_sender_that_is_no_address_is_refused_at_the_start(sender: str) -> None:
    with pytest.raises(ValidationError, match="mail address"):
        Settings(mail_from=sender)


async def test_letters_beyond_ascii_go_out_as_the_server_takes_them(
    database: Database, make: Factory, with_server: SetUp, smtp: Mailbox
) -> None:
    event = await make.event()
    person = await make.person("Jürgen", email="juergen@krankenhaus-müller.example")
    await queue(database, event, person)
    assert await send_next(database, with_server(smtp.address))
    (letter,) = await smtp.wait_for(1)
    assert letter["To"] == "juergen@xn--krankenhaus-mller-f3b.example"
    assert "Jürgen" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_an_address_that_mail_cannot_take_has_failed_with_its_reason(
    database: Database, make: Factory, with_server: SetUp, smtp: Mailbox
) -> None:
    event = await make.event()
    await queue(database, event, await make.person("Jürgen", email="jürgen@example.org"))
    assert await send_next(database, with_server(smtp.address))
    (mail,) = await mails(database)
    assert mail.state == "failed"
    assert "before the @" in mail.reason


async def test_many_mails_go_over_several_connections_each_kept(
    database: Database, make: Factory, settings: Settings, smtp: Mailbox
) -> None:
    event = await make.event()
    for n in range(30):
        await queue(database, event, await make.delegate(event), f"key-{n}")
    connections = 0

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        host, port = smtp.address.split(":")
        there, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(copy(reader, back), copy(there, writer))

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        changes = {"mail_server": f"{host}:{port}", "mail_tls": "none"}
        state = State({"db": database, "settings": settings.model_copy(update=changes)})
        await worker.deliver_due(SimpleNamespace(state=state))  # type: ignore[arg-type]
    assert {mail.state for mail in await mails(database)} == {"sent"}
    assert len(await smtp.wait_for(30)) == 30
    assert 1 < connections <= worker.CONNECTIONS


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
    writer.close()


async def test_mail_that_waits_follows_a_changed_public_address(
    database: Database, make: Factory, settings: Settings
) -> None:
    """In its text, its HTML and its calendar, where a long line is folded within an address."""
    event = await make.event()
    person = await make.delegate(event)
    old_url = "http://a-very-long-name-of-a-machine-that-is-switched-off-by-now.example.org:8443"
    async with database.writing() as db:
        await registering_mail(db, event, person, old_url)
    moved = settings.model_copy(update={"public_url": "https://live.example.org"})
    assert await send_next(database, moved)
    async with database.reading() as db:
        (mail,) = (await db.exec(select(Mail))).all()
        letter = await worker.letter_of(db, mail, moved.base_url)
    assert "switched-off" not in letter.text + letter.html + letter.calendar.replace("\r\n ", "")
    entries = Calendar.from_ical(letter.calendar).walk("VEVENT")
    assert entries
    assert all(str(entry["url"]).startswith("https://live.example.org/") for entry in entries)


async def registering_mail(db: AsyncSession, event: Event, person: Person, base_url: str) -> None:
    mail = EventMail(db, event, base_url, NOW)
    await mail.places_given([person.id], person)
