"""Delivery of one mail, as a MIME message to the SMTP server of the settings."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import aiosmtplib

from server.settings import Settings

TIMEOUT_S = 20
"""The longest wait at each step of the exchange with the server."""


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
    """The server refuses the mail for good."""


class NotNow(DeliveryProblem):
    """The server cannot be reached, or asks for another attempt later."""


class Uncertain(DeliveryProblem):
    """The connection broke while the message was being sent: it may or may not arrive."""


def mime(letter: Letter, settings: Settings) -> EmailMessage:
    """The message on the wire: text, the same in HTML, and the calendar file beside them.

    The Message-ID derives from the mail's id, so that a mail program recognises a second copy.
    """
    message = EmailMessage(policy=SMTP)
    name, sender = parseaddr(settings.mail_from)
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address(addr_spec=letter.recipient)
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


async def send(letter: Letter, settings: Settings) -> None:
    """Hand a letter to the SMTP server. Raises MailRefused, NotNow or Uncertain."""
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
    except (aiosmtplib.SMTPException, OSError) as error:
        raise NotNow(f"The mail server cannot be reached: {error}") from error
    try:
        await server.send_message(mime(letter, settings))
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _refusal(error.recipients[0]) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Uncertain(f"The connection broke while sending: {error}") from error
    finally:
        server.close()


def _refusal(error: aiosmtplib.SMTPResponseException) -> DeliveryProblem:
    """The problem that a reply states: 4yz is temporary (RFC 5321, 4.2.1), any other code is final."""
    sentence = f"The mail server said {error.code}: {error.message}"
    return NotNow(sentence) if 400 <= error.code < 500 else MailRefused(sentence)
