"""Sends the mail that waits in the outbox."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from server.mail.delivery import DeliveryProblem, Letter, MailConnection, NotNow, ServerAway, Uncertain
from server.mail.messages import placeholder
from server.mail.outbox import BACKLOG
from server.models import Event, Mail, Person
from server.settings import Settings
from server.store import join_links
from server.store.engine.database import Database
from server.web.calendar import moved

EVERY_S = 1.0
CONNECTIONS = 8
"""The most connections to the mail server at once."""
SURPRISE = "Something went wrong here while this was being sent, so it may or may not have arrived. The log says what."
log = structlog.get_logger("plenary.mail")


async def deliver_due(app: Starlette) -> datetime | None:
    """A duty: send all mail that is due, and mark as uncertain what a crash left. Returns when the next mail is due.

    Several connections send at once, since a mail server takes its time over each letter. Mail that is kept here takes
    no time, so it leaves the writer to others between two of it.
    """
    database, settings = app.state.db, app.state.settings
    now = datetime.now(UTC)
    async with database.reading() as db:
        due_at = await BACKLOG.next_due(db)
        due = await BACKLOG.count_due(db, now, CONNECTIONS)
    if due_at is None or due_at > now:
        return due_at
    connections = [MailConnection(settings) for _ in range(max(1, due) if settings.mail_server else 1)]
    async with asyncio.TaskGroup() as group:
        for connection in connections:
            group.create_task(deliver_all(database, settings, connection, connections))
    return now


async def deliver_all(
    database: Database, settings: Settings, connection: MailConnection, connections: Sequence[MailConnection]
) -> None:
    """Send mail by one of the connections that are in use, until none is due.

    A look whether more is due only reads: the writer is taken once for each mail that is kept, twice for one sent.
    """
    try:
        while await deliver_next(database, settings, connection, connections) and await is_due(database):
            pass
    finally:
        connection.close()


async def is_due(database: Database) -> bool:
    """True when a mail is due."""
    async with database.reading() as db:
        return bool(await BACKLOG.count_due(db, datetime.now(UTC), 1))


async def deliver_next(
    database: Database,
    settings: Settings,
    connection: MailConnection,
    connections: Sequence[MailConnection] = (),
) -> bool:
    """Send the mail that has been due longest; False when none is due, or none can be sent by this connection.

    Without a mail server it is kept, not sent. What a crash left is marked as uncertain on the way.
    """
    now = datetime.now(UTC)
    async with database.writing() as db:
        await BACKLOG.lapse(db, now)
        mail = await BACKLOG.claim(db, now)
        if mail is None:
            return False
        letter = await letter_of(db, mail, settings.base_url)
        if not settings.mail_server:
            await BACKLOG.settle(db, mail, "kept", sent_at=now, text=letter.text, html=letter.html)
            return True
    problem = await hand_over(connection, mail, letter)
    await write_down(database, mail, problem, is_taken=any(each.is_open for each in connections))
    return not isinstance(problem, ServerAway)


async def hand_over(connection: MailConnection, mail: Mail, letter: Letter) -> DeliveryProblem | None:
    """Send a mail that was claimed; the problem that it met, which is logged."""
    try:
        await connection.send(letter)
    except DeliveryProblem as problem:
        outcome = type(problem).__name__
        log.warning("mail not sent", id=str(mail.id), kind=mail.kind, outcome=outcome, problem=str(problem))
        return problem
    except Exception:
        log.exception("mail not sent", id=str(mail.id), kind=mail.kind)
        return Uncertain(SURPRISE)
    return None


async def write_down(
    database: Database, mail: Mail, problem: DeliveryProblem | None, *, is_taken: bool = False
) -> None:
    """Write down the outcome of an attempt at a mail.

    `is_taken`: the server takes mail by another connection, so one that could not be opened is one too many.
    """
    now = datetime.now(UTC)
    async with database.writing() as db:
        match problem:
            case None:
                await BACKLOG.settle(db, mail, "sent", sent_at=now)
            case ServerAway() if is_taken:
                await BACKLOG.put_off(db, mail, now)
            case ServerAway():
                await BACKLOG.hinder(db, mail, now, str(problem))
                await BACKLOG.hinder_due(db, now, str(problem))
            case NotNow():
                await BACKLOG.hinder(db, mail, now, str(problem))
            case Uncertain():
                await BACKLOG.settle(db, mail, "uncertain", str(problem))
            case _:
                await BACKLOG.settle(db, mail, "failed", str(problem))


async def letter_of(db: AsyncSession, mail: Mail, base_url: str) -> Letter:
    """The mail as it is sent, under the public address of today.

    Its join link is made here, in the transaction that claims the mail.
    """
    text, html, calendar, stand_in = mail.text, mail.html, mail.calendar, placeholder(mail.id)
    if mail.base_url not in ("", base_url):
        text, html = text.replace(mail.base_url, base_url), html.replace(mail.base_url, base_url)
        calendar = moved(calendar, mail.base_url, base_url)
    if stand_in in text:
        person, event = await db.get(Person, mail.person_id), await db.get(Event, mail.event_id)
        if person is not None:
            token = await join_links.create(db, person, event, lands_on=mail.lands_on)
            text, html = text.replace(stand_in, token), html.replace(stand_in, token)
    return Letter(mail.id, mail.recipient, mail.subject, text, html, calendar, mail.created_at)
