"""Delivery of mail, as MIME messages over connections to the SMTP server of the settings."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import aiosmtplib

from server.rules.mail_addresses import ascii_address
from server.settings import Settings

TIMEOUT_S = 20
"""The longest wait at each step of the exchange with the server."""
POLICY = SMTP.clone(cte_type="7bit")
"""Each byte of a message is ASCII, which every server takes."""


@dataclass(frozen=True)
class Letter:
    """A mail as it is sent, with its join link in it."""

    id: uuid.UUID
    recipient: str
    subject: str
    text: str
    html: str
    calendar: str
    created_at: datetime


class DeliveryProblem(Exception):
    """The mail was not delivered. The message is the reason, as a sentence."""


class MailRefused(DeliveryProblem):
    """The server refuses this mail for good, or its address cannot be written."""


class NotNow(DeliveryProblem):
    """The server asks for another attempt at this mail later, or the connection broke before it had the mail."""


class ServerAway(DeliveryProblem):
    """No mail can be sent: the server cannot be reached, or refuses our name, our password or our sender."""


class Uncertain(DeliveryProblem):
    """The connection broke after the mail was handed over: it may or may not arrive."""


def mime(letter: Letter, settings: Settings) -> EmailMessage:
    """The message on the wire: text, the same in HTML, and the calendar file beside them.

    The Message-ID derives from the mail's id, so that a mail program recognises a second copy.
    Raises MailRefused, and ServerAway for a sender that is no address.
    """
    message = EmailMessage(policy=POLICY)
    name, sender = parseaddr(settings.mail_from)
    recipient = ascii_address(letter.recipient)
    if recipient is None:
        raise MailRefused(f"Mail cannot be sent to {letter.recipient}: letters before the @ must be plain ones.")
    try:
        message["From"] = Address(name, addr_spec=sender)
    except (ValueError, MessageError) as error:
        raise ServerAway(f"The sender {settings.mail_from!r} is no mail address: see PLENARY_MAIL_FROM.") from error
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    if letter.calendar:
        message.add_attachment(
            letter.calendar.encode(),
            maintype="text",
            subtype="calendar",
            filename="event.ics",
            params={"method": "PUBLISH", "charset": "utf-8"},
        )
    return message


class MailConnection:
    """A connection to the SMTP server, opened for the first letter and kept for the next. Close it after the last."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: aiosmtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        """True while the server has not ended the connection."""
        return self._server is not None and self._server.is_connected

    async def send(self, letter: Letter) -> None:
        """Hand a letter to the SMTP server. Raises MailRefused, NotNow, ServerAway or Uncertain."""
        message = mime(letter, self._settings)
        server = await self._ready()
        try:
            await server.mail(parseaddr(self._settings.mail_from)[1])
            await server.rcpt(message["To"].addresses[0].addr_spec)
        except aiosmtplib.SMTPRecipientRefused as error:
            raise _refusal(error) from error
        except aiosmtplib.SMTPResponseException as error:
            answer = f"The mail server refuses the sender {self._settings.mail_from}: {error.code} {error.message}"
            raise ServerAway(answer) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self.close()
            raise NotNow(f"The connection broke before the mail was sent: {error}") from error
        try:
            await server.data(message.as_bytes())
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self.close()
            raise Uncertain(f"The connection broke while sending: {error}") from error

    def close(self) -> None:
        """End the connection at once."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _ready(self) -> aiosmtplib.SMTP:
        """The server, ready for a letter: over the connection that is kept if it still answers, else over a new one."""
        if self._server is not None:
            try:
                await self._server.rset()
                return self._server
            except (aiosmtplib.SMTPException, OSError):
                self.close()
        settings = self._settings
        host, _, port = settings.mail_server.partition(":")
        server = aiosmtplib.SMTP(
            hostname=host,
            port=int(port) if port else None,
            username=settings.mail_user or None,
            password=settings.mail_password or None,
            use_tls=settings.mail_tls == "tls",
            start_tls=settings.mail_tls == "starttls",
            timeout=TIMEOUT_S,
        )
        try:
            await server.connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            server.close()
            answer = f"The mail server refuses the user name or the password: {error.code} {error.message}"
            raise ServerAway(answer) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            server.close()
            raise ServerAway(f"The mail server cannot be reached: {error}") from error
        self._server = server
        return server


def _refusal(error: aiosmtplib.SMTPResponseException) -> DeliveryProblem:
    """The problem that a reply states: 4yz is temporary (RFC 5321, 4.2.1), any other code is final."""
    sentence = f"The mail server said {error.code}: {error.message}"
    return NotNow(sentence) if 400 <= error.code < 500 else MailRefused(sentence)
