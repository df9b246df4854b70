"""The mail of an application without a mail server, read from its local outbox."""

import re

from sqlmodel import select
from starlette.applications import Starlette

from server.mail import worker
from server.models import Mail

JOIN_LINK = re.compile(r"https?://[^/\s]+(/join/\S+)")


async def letters(app: Starlette, kind: str | None = None) -> list[Mail]:
    """Every mail (of one kind, if given), oldest first, once none waits for delivery any more."""
    while True:
        await worker.deliver_due(app)
        async with app.state.db.reading() as db:
            found = (await db.exec(select(Mail).order_by(Mail.created_at))).all()
        if all(mail.state == "kept" for mail in found):
            return [mail for mail in found if kind in (None, mail.kind)]


def join_link(mail: Mail) -> str:
    """The path of the join link in a mail."""
    found = JOIN_LINK.search(mail.text)
    assert found, mail.text
    return found[1]
