"""The words of each mail: templates in `templates/mail`, rendered once as text and once as HTML."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from jinja2 import Environment

from server.models import Event, Person
from server.web.templating import environment

KINDS = {
    "registered": "A place is held or confirmed: join link and calendar.",
    "waitlisted": "The event is full; they are on its waiting list.",
    "released": "Their place was held in vain: nobody opened the join link in time.",
    "promoted": "A place became free for somebody who waited.",
    "already-registered": "Somebody who is registered filled the form in again.",
    "fresh-link": "They asked for their join link.",
    "forwarded-link": "Their link was tried in one browser too many, and a fresh one takes its place.",
    "imported": "An organiser registered them from a list.",
    "speaker": "An organiser invites them as a speaker.",
    "cancelled": "Their registration is cancelled.",
    "credentials-set": "Their password and authenticator were set.",
    "retention-moved": "Their personal details are kept for longer than they were told.",
}
"""Each kind of mail and its occasion."""


def placeholder(mail_id: UUID) -> str:
    """The word that stands in a mail's stored text in place of the join link's token, which is made on delivery.

    It holds the mail's random id, made when the mail is rendered: nobody can have typed it into a name or a title.
    """
    return f"MADE-ON-DELIVERY-{mail_id.hex}"


@dataclass(frozen=True)
class MailMessage:
    subject: str
    text: str
    html: str


def render(event: Event, person: Person, kind: str, context: dict[str, Any], join_token: str) -> MailMessage:
    """The mail for one occasion. `context` holds `base_url` and the other values that the kind's template needs.

    `join_token` ends the address of its join link: a mail that waits has its `placeholder` there. Raises KeyError for
    an unknown kind and UndefinedError for context that is missing.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    join_address = f"{context['base_url']}/join/{join_token}"
    event_address = f"{context['base_url']}/{event.slug}"
    known = {"event": event, "person": person, "join_address": join_address, "event_address": event_address, **context}
    parts = vars(_text().get_template(f"mail/{kind}.txt").make_module(known))
    return MailMessage(
        parts["subject"],
        _text().get_template("mail/layout.txt").render(known, **parts),
        environment().get_template("mail/layout.html").render(known, **parts),
    )


@cache
def _text() -> Environment:
    """The environment for plain text, which escapes nothing."""
    return environment().overlay(autoescape=False)
