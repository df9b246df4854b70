"""`plenary event …`: list, make, show, open and close events, appoint organisers, import mentions."""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError
from sqlmodel.ext.asyncio.session import AsyncSession

from server.acts import moving, organising, retaining
from server.acts.event_form import HOLD_H, EventForm
from server.acts.privacy_form import NoticeForm
from server.acts.registration_form import NameForm, an_address
from server.analytics.mentions import MentionsUnreadable, read_mentions
from server.commands import UsersError
from server.commands.migrate import upgrade
from server.models import Event, HashtagMention
from server.routes import RESERVED_SLUGS
from server.rules import slugs
from server.settings import Settings
from server.store import events, join_links, mentions, organisers, people, security_log
from server.store.engine.database import Database
from server.store.security_log import COMMAND_LINE, Subject
from server.web.errors import Conflict
from server.web.forms import check

FIRST_LINK_LASTS = timedelta(days=7)

Verb = Callable[[AsyncSession, Namespace, Settings], Awaitable[str]]
"""Carries out a verb in one transaction and returns the text to print."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add a subcommand for each verb, with its arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, purpose: str, *, of_event: bool = True) -> ArgumentParser:
        added = verbs.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
        if of_event:
            added.add_argument("event", metavar="EVENT", help="the event's slug, as in its address")
        return added

    verb("list", "list the events of this installation", of_event=False)
    _add_create(verb("create", "make an event, as a draft that only its organisers see"))
    verb("show", "show an event's details")
    organiser = verb("organiser", "appoint an organiser and print their first link")
    organiser.add_argument("email", metavar="EMAIL", help="the organiser's mail address")
    organiser.add_argument("--name", default="", help="the organiser's name (default: taken from the address)")
    organiser.add_argument(
        "--everywhere",
        action="store_true",
        help="let the organiser run every event of this installation, and make new ones",
    )
    verb("open", "publish a draft, or open a closed event again")
    verb("close", "close an event: nothing is live any more, but recordings stay")
    posts = verb("mentions", "import posts that carry the hashtag from a CSV file")
    posts.add_argument(
        "file", type=Path, metavar="FILE", help="UTF-8, with the columns posted_at, network, impressions"
    )


def _add_create(create: ArgumentParser) -> None:
    create.add_argument("--title", required=True)
    create.add_argument("--starts", required=True, metavar="YYYY-MM-DD", help="the first day")
    create.add_argument("--ends", metavar="YYYY-MM-DD", help="the last day (default: the first)")
    create.add_argument("--zone", default="Europe/London", help="an IANA time zone (default: %(default)s)")
    create.add_argument("--summary", default="", help="a description of the event in two sentences")
    create.add_argument("--hashtag", default="", help="the hashtag of the event, with or without #")
    create.add_argument("--target", default="", metavar="N", help="the number of registrations that you aim for")
    create.add_argument("--controller", default="", help="the organisation that is responsible for people's data")
    create.add_argument("--contact", default="", metavar="EMAIL", help="the address for questions about people's data")
    create.add_argument("--capacity", default="", metavar="N", help="the most registrations that have a place")
    held = "the hours for which a limited place is held for somebody who has not opened their join link"
    create.add_argument("--hold-hours", default=str(HOLD_H), metavar="N", help=f"{held} (default: %(default)s)")


def run(arguments: Namespace, settings: Settings) -> int:
    upgrade(settings)
    print(asyncio.run(_run(VERBS[arguments.verb], arguments, settings)))
    return 0


async def _run(verb: Verb, arguments: Namespace, settings: Settings) -> str:
    database = Database(settings.database)
    try:
        async with database.writing() as db:
            security_log.act_as(db, lambda: COMMAND_LINE)
            return await verb(db, arguments, settings)
    finally:
        await database.close()


async def list_all(db: AsyncSession, arguments: Namespace, settings: Settings) -> str:
    found = await events.all_events(db)
    counts = await events.registered(db, [event.id for event in found])
    if not found:
        return 'There is no event yet. plenary event create SLUG --title "…" --starts YYYY-MM-DD makes one.'
    lines = [
        f"{event.slug:<24} {event.state:<7} {event.starts_on} – {event.ends_on}  "
        f"{counts[event.id]['confirmed']:>6} confirmed {counts[event.id]['held']:>6} held  {event.title}"
        for event in found
    ]
    return "\n".join(lines)


async def create(db: AsyncSession, arguments: Namespace, settings: Settings) -> str:
    names = ("title", "zone", "summary", "hashtag", "target", "capacity", "hold_hours")
    values = {name: getattr(arguments, name) for name in names}
    days = {"starts_on": arguments.starts, "ends_on": arguments.ends or arguments.starts}
    form = check(EventForm, {**values, **days, "slug": arguments.event})
    if form.input is None:
        name, sentence = next(iter(form.errors.items()))
        option = OPTIONS.get(name, f"--{name}")
        raise UsersError(f"{option}: {sentence}")
    if wrong := await organising.problems(db, None, form.input, RESERVED_SLUGS):
        raise UsersError(wrong["slug"])
    notice = None
    if arguments.controller or arguments.contact:
        notice = check(NoticeForm, {"controller": arguments.controller, "privacy_contact": arguments.contact})
        if notice.input is None:
            name, sentence = next(iter(notice.errors.items()))
            raise UsersError(f"{OPTIONS.get(name, f'--{name}')}: {sentence}")
    event = await events.create(db, **form.input.columns())
    if notice is not None and notice.input is not None:
        await retaining.change_notice(db, event, notice.input)
    security_log.note(db, "event.create", Subject("event", event.id), detail="create")
    return (
        f"Made {event.title} as a draft at {settings.base_url}/{event.slug}\n"
        f"Next: plenary event organiser {event.slug} EMAIL"
    )


OPTIONS = {
    "slug": "EVENT",
    "starts_on": "--starts",
    "ends_on": "--ends",
    "hold_hours": "--hold-hours",
    "privacy_contact": "--contact",
}
"""Options by the field that they fill, where the two names differ."""


async def show(db: AsyncSession, arguments: Namespace, settings: Settings) -> str:
    event = await the_event(db, arguments.event)
    counts = await events.registered(db, [event.id])
    target = f" of {event.target} hoped for" if event.target else ""
    rows = {
        "title": event.title,
        "address": f"{settings.base_url}/{event.slug}",
        "state": event.state,
        "kind": event.kind,
        "days": f"{event.starts_on} – {event.ends_on}, {event.zone}",
        "confirmed": f"{counts[event.id]['confirmed']}{target}",
        "held": f"{counts[event.id]['held']}",
        "capacity": event.capacity or "no limit",
        "hashtag": f"#{event.hashtag}" if event.hashtag else "none",
        "recordings": f"open {event.recordings_open}",
    }
    return "\n".join(f"{name:<11} {value}" for name, value in rows.items())


async def organiser(db: AsyncSession, arguments: Namespace, settings: Settings) -> str:
    event = await the_event(db, arguments.event)
    try:
        email = an_address(arguments.email)
    except PydanticCustomError as error:
        raise UsersError(f"{arguments.email!r} is not a mail address. Please check it.") from error
    name = arguments.name.strip() or email.partition("@")[0].replace(".", " ").title()
    named = check(NameForm, {"name": name})
    if named.input is None:
        raise UsersError(f"--name: {next(iter(named.errors.values()))}")
    person = await people.find_or_add(db, email, named.input.name)
    scope, scope_id = ("installation", None) if arguments.everywhere else ("event", event.id)
    await organisers.grant(db, person.id, "organiser", scope, scope_id)
    lands_on = "/sign-in/security"
    expires_at = datetime.now(UTC) + FIRST_LINK_LASTS
    token = await join_links.create(db, person, event, lands_on=lands_on, strong=True, expires_at=expires_at)
    return (
        f"{person.name} organises {'every event' if arguments.everywhere else event.title}. "
        f"Give them this link; it works for {FIRST_LINK_LASTS.days} days:\n{settings.base_url}/join/{token}"
    )


async def open_event(db: AsyncSession, arguments: Namespace, settings: Settings) -> str:
    event = await the_event(db, arguments.event)
    if event.state == "open":
        raise UsersError(f"{event.slug} is open already.")
    try:
        await moving.move_event(db, event, "open" if event.state == "draft" else "reopen")
    except Conflict as error:
        raise UsersError(error.sentence) from error
    security_log.note(db, "event.edit", Subject("event", event.id), detail="open")
    return f"{event.title} is open at {settings.base_url}/{event.slug}"


async def close_event(db: AsyncSession, arguments: Namespace, settings: Settings) -> str:
    event = await the_event(db, arguments.event)
    if not await events.move(db, event.id, "close"):
        raise UsersError(f"{event.slug} is {event.state}; only an open event can be closed.")
    security_log.note(db, "event.edit", Subject("event", event.id), detail="close")
    return f"{event.title} is closed."


async def import_mentions(db: AsyncSession, arguments: Namespace, settings: Settings) -> str:
    event = await the_event(db, arguments.event)
    if not event.hashtag:
        raise UsersError(f"{event.slug} has no hashtag; give it one on its page in the console first.")
    try:
        with arguments.file.open(encoding="utf-8", newline="") as lines:
            found, passed_over = read_mentions(lines, event.hashtag, ZoneInfo(event.zone))
    except (OSError, UnicodeDecodeError, MentionsUnreadable) as error:
        raise UsersError(
            f"{arguments.file}: {getattr(error, 'strerror', None) or error}. Nothing was imported."
        ) from error
    added = await mentions.add(db, [HashtagMention(event_id=event.id, **post._asdict()) for post in found])
    return (
        f"{len(found)} posts carry #{event.hashtag}: {added} are new, {len(found) - added} were known. "
        f"{passed_over} others were left out."
    )


async def the_event(db: AsyncSession, slug: str) -> Event:
    """The event with a slug. Raises UsersError when no event has it."""
    event = await events.with_slug(db, slug) if slugs.is_slug(slug) else None
    if event is None:
        raise UsersError(f"there is no event {slug!r}. plenary event list names them all.")
    return event


VERBS: dict[str, Verb] = {
    "list": list_all,
    "create": create,
    "show": show,
    "organiser": organiser,
    "open": open_event,
    "close": close_event,
    "mentions": import_mentions,
}
