"""Sends the mail that waits in the outbox, one at a time."""

from datetime import UTC, datetime

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from server.mail.delivery import DeliveryProblem, Letter, NotNow, Uncertain, send
from server.mail.messages import placeholder
from server.mail.outbox import BACKLOG
from server.models import Event, Mail, Person
from server.settings import Settings
from server.store import join_links
from server.store.engine.database import Database

EVERY_S = 1.0
log = structlog.get_logger("plenary.mail")


async def deliver_due(app: Starlette) -> datetime | None:
    """A duty: send all mail that is due, and mark as uncertain what a crash left. Returns when the next mail is due."""
    database, settings = app.state.db, app.state.settings
    async with database.reading() as db:
        due_at = await BACKLOG.next_due(db)
    now = datetime.now(UTC)
    if due_at is None or due_at > now:
        return due_at
    async with database.writing() as db:
        await BACKLOG.lapse(db, now)
    while await deliver_next(database, settings):
        pass
    return now


async def deliver_next(database: Database, settings: Settings) -> bool:
    """Send the mail that has been due longest; False when none is due. Without a mail server it is kept, not sent."""
    now = datetime.now(UTC)
    async with database.writing() as db:
        mail = await BACKLOG.claim(db, now)
        if mail is None:
            return False
        letter = await letter_of(db, mail)
        if not settings.mail_server:
            await BACKLOG.settle(db, mail, "kept", sent_at=now, text=letter.text, html=letter.html)
            return True
    await hand_over(database, settings, mail, letter)
    return True


async def hand_over(database: Database, settings: Settings, mail: Mail, letter: Letter) -> None:
    """Send a mail that was claimed, and write down the outcome."""
    problem: DeliveryProblem | None = None
    try:
        await send(letter, settings)
    except DeliveryProblem as error:
        problem = error
        log.warning("mail not sent", id=str(mail.id), kind=mail.kind, outcome=type(error).__name__, problem=str(error))
    now = datetime.now(UTC)
    async with database.writing() as db:
        match problem:
            case None:
                await BACKLOG.settle(db, mail, "sent", sent_at=now)
            case NotNow():
                await BACKLOG.hinder(db, mail, now, str(problem))
            case Uncertain():
                await BACKLOG.settle(db, mail, "uncertain", str(problem))
            case _:
                await BACKLOG.settle(db, mail, "failed", str(problem))


async def letter_of(db: AsyncSession, mail: Mail) -> Letter:
    """The mail as it is sent. Its join link is made here, in the transaction that claims the mail."""
    text, html, stand_in = mail.text, mail.html, placeholder(mail.id)
    if stand_in in text:
        person, event = await db.get(Person, mail.person_id), await db.get(Event, mail.event_id)
        if person is not None:
            token = await join_links.create(db, person, event, lands_on=mail.lands_on)
            text, html = text.replace(stand_in, token), html.replace(stand_in, token)
    return Letter(mail.id, mail.recipient, mail.subject, text, html, mail.calendar, mail.created_at)
