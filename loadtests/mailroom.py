"""An SMTP server that reads the join link out of every mail and gives it to the caller that waits for it."""

import asyncio
import re
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

JOIN_LINK = re.compile(r"https?://\S+/join/[\w-]+")


class Mailroom:
    """Listens at `address` (host:port) while the context is open. PLENARY_MAIL_SERVER of Plenary has to be the same."""

    def __init__(self, loop: asyncio.AbstractEventLoop, address: str) -> None:
        host, _, port = address.partition(":")
        self._loop = loop
        self._links: dict[str, asyncio.Future[str]] = {}
        self._controller = Controller(self, hostname=host, port=int(port))

    def __enter__(self) -> "Mailroom":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def link_for(self, email: str, *, within_s: float) -> str:
        """The join link that was mailed to this address. Raises TimeoutError after `within_s` seconds."""
        return await asyncio.wait_for(asyncio.shield(self._link(email)), within_s)

    def _link(self, email: str) -> "asyncio.Future[str]":
        return self._links.setdefault(email, self._loop.create_future())

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Accept a mail. The controller calls this in a thread of its own."""
        message = message_from_bytes(envelope.original_content or b"", policy=default)
        body = message.get_body(("plain",))
        found = JOIN_LINK.search(body.get_content() if body else "")
        if found:
            self._loop.call_soon_threadsafe(self._deliver, envelope.rcpt_tos[0], found[0])
        return "250 Message accepted for delivery"

    def _deliver(self, email: str, link: str) -> None:
        waiting = self._link(email)
        if not waiting.done():
            waiting.set_result(link)
