"""Sends what waits in the outbox, one mail at a time."""

from datetime import UTC, datetime

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from server.mail import outbox
from server.mail.delivery import Letter, MailRefused, NotNow, Uncertain, send
from server.mail.messages import JOIN_TOKEN
from server.models import Event, Mail, Person
from server.settings import Settings
from server.store import join_links
from server.store.engine.database import Database

EVERY_S = 1.0
log = structlog.get_logger("plenary.mail")


async def deliver_due(app: Starlette) -> None:
    """A duty: send everything that is due now, and mark what a crash left uncertain."""
    database, settings = app.state.db, app.state.settings
    async with database.reading() as db:
        if not await outbox.has_work(db, datetime.now(UTC)):
            return
    async with database.writing() as db:
        await outbox.mark_uncertain(db, datetime.now(UTC))
    while await deliver_next(database, settings):
        pass


async def deliver_next(database: Database, settings: Settings) -> bool:
    """Send the mail that waits longest; whether there was one. Without a mail server it stays in the local outbox."""
    async with database.writing() as db:
        mail = await outbox.claim(db, datetime.now(UTC))
        if mail is None:
            return False
        letter = await letter_of(db, mail)
        if not settings.mail_server:
            await outbox.keep(db, mail, letter.text, letter.html, datetime.now(UTC))
            return True
    await hand_over(database, settings, mail, letter)
    return True


async def hand_over(database: Database, settings: Settings, mail: Mail, letter: Letter) -> None:
    """Send a letter that was claimed, and write down what became of it."""
    state, problem = "sent", ""
    try:
        await send(letter, settings)
    except MailRefused as error:
        state, problem = "failed", str(error)
    except Uncertain as error:
        state, problem = "uncertain", str(error)
    except NotNow as error:
        state, problem = "queued", str(error)
    if problem:
        log.warning("mail", id=str(mail.id), kind=mail.kind, state=state, problem=problem)
    async with database.writing() as db:
        if state == "queued":
            await outbox.try_later(db, mail, datetime.now(UTC), problem)
        else:
            await outbox.settle(db, mail, state, datetime.now(UTC), problem)


async def letter_of(db: AsyncSession, mail: Mail) -> Letter:
    """A mail as it leaves. Its join link is made now, in the transaction that claims it."""
    text, html = mail.text, mail.html
    if JOIN_TOKEN in text:
        person, event = await db.get(Person, mail.person_id), await db.get(Event, mail.event_id)
        if person is not None:
            token = await join_links.create(db, person, event, lands_on=mail.lands_on)
            text, html = text.replace(JOIN_TOKEN, token), html.replace(JOIN_TOKEN, token)
    return Letter(mail.id, mail.recipient, mail.subject, text, html, mail.calendar, mail.created_at)
