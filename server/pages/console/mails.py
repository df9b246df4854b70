"""The outbox of an event in the console: its mails with their states, each to be read or sent again."""

import re
from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.mail import outbox
from server.mail.messages import placeholder
from server.models import Event, Mail
from server.store import mails
from server.web.entrance import entering
from server.web.errors import Conflict, NotFound
from server.web.forms import pressed
from server.web.paging import page_of, pages
from server.web.templating import redirect, render

STATES = ("queued", "sending", "sent", "kept", "uncertain", "failed")
ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")


async def index(request: Request) -> Response:
    """All mails, or with `?state=` those in one state."""
    state = request.query_params.get("state", "")
    state = state if state in STATES else ""
    async with entering(request, "mail.read") as (db, event):
        rows, total = await mails.mails_of(db, event.id, state=state, page=page_of(request))
        counts = await mails.by_state(db, event.id)
        put_off = await mails.put_off(db, event.id)
    return render(
        request,
        "console/mails/index.html",
        mails=rows,
        total=total,
        state=state,
        counts={name: counts[name] for name in STATES if name in counts},
        put_off=put_off,
        pages=pages(total, mails.PAGE, page_of(request)),
        is_local=not request.app.state.settings.mail_server,
    )


async def show(request: Request) -> Response:
    """One mail as its reader gets it, with its addresses as links and the token of its join link left out."""
    async with entering(request, "mail.read") as (db, event):
        mail = await mail_of(request, db, event)
    text = mail.text.replace(placeholder(mail.id), "…")
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        address = found.group() if not found.group().endswith("…") else ""
        parts += [(text[end : found.start()], ""), (found.group(), address)]
        end = found.end()
    return render(request, "console/mails/show.html", mail=mail, parts=[*parts, (text[end:], "")])


async def send_again(request: Request) -> Response:
    """Send a mail again that failed or is uncertain. Raises Conflict for any other."""
    async with entering(request, "mail.read", writing=True) as (db, event):
        mail = await mail_of(request, db, event)
        if not await outbox.send_again(db, mail.id, datetime.now(UTC)):
            raise Conflict("This mail is on its way already.")
    return redirect(request, "console_mail", event=event.slug, mail=mail.id, notice="mail-again")


async def send_all_again(request: Request) -> Response:
    """Send again all mail of the event that is in the state the form names; also mail that was put off for later.

    Raises Conflict when there is none (any more).
    """
    state = await pressed(request, "state", ("queued", *outbox.UNSENT))
    async with entering(request, "mail.read", writing=True) as (db, event):
        if not await outbox.send_all_again(db, event.id, state, datetime.now(UTC)):
            raise Conflict("There is no such mail any more: somebody else has sent it again, or it has gone out.")
    return redirect(request, "console_mails", event=event.slug, notice="mails-again")


async def mail_of(request: Request, db: AsyncSession, event: Event) -> Mail:
    """The mail that the address names. Raises NotFound."""
    mail = await mails.mail_with(db, event.id, request.path_params["mail"])
    if mail is None:
        raise NotFound("There is no such mail (any more).")
    return mail
