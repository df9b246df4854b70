"""An SMTP server that keeps the mail it receives, for tests to read."""

import asyncio
import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.engines.process import free_port


class Mailbox:
    """The SMTP server. `messages` holds the mail for all addresses, oldest first."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refusals: dict[str, str] = {}
        """The answer to mail for an address that is refused, by address."""
        self._arrived = threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def address(self) -> str:
        """The address on which it listens, as host:port."""
        return f"{self._controller.hostname}:{self._controller.port}"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept or refuse a recipient; the server calls this for each recipient of a message."""
        if refusal := self.refusals.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep a message; the server calls this in a thread of its own."""
        with self._arrived:
            self.messages.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=default))
            self._arrived.notify_all()
        return "250 Message accepted for delivery"

    async def wait_for(self, count: int, *, within_s: float = 60) -> list[EmailMessage]:
        """The messages, once at least `count` have arrived. Fails after `within_s` seconds."""

        def wait() -> bool:
            with self._arrived:
                return self._arrived.wait_for(lambda: len(self.messages) >= count, within_s)

        assert await asyncio.to_thread(wait), f"{len(self.messages)} of {count} messages arrived in {within_s} s"
        return self.messages
