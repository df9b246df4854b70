"""Join links, which sign people in. Only the hash of a link is stored; its token is returned once."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, JoinLink, Person, SignIn
from server.rules.tokens import new_token, token_hash
from server.store import credentials, security_log
from server.store.security_log import Subject

BROWSERS = 3
"""The most browsers that one link signs in at a time; with one more, the link counts as forwarded."""


class LinkRefused(Exception):
    """The link signs nobody in. `link` is None when it is unknown."""

    link: JoinLink | None = None


class LinkUnknown(LinkRefused):
    """There is no such link: it is mistyped, was cut off in a mail, or never existed."""


class LinkExpired(LinkRefused):
    """The event's last recording has closed."""

    def __init__(self, link: JoinLink) -> None:
        super().__init__()
        self.link = link


class LinkEnded(LinkRefused):
    """A newer link has taken its place, or somebody has ended it."""

    def __init__(self, link: JoinLink) -> None:
        super().__init__()
        self.link = link


class LinkForwarded(LinkRefused):
    """The link has signed in `BROWSERS` already."""

    def __init__(self, link: JoinLink) -> None:
        super().__init__()
        self.link: JoinLink = link


async def create(
    db: AsyncSession,
    person: Person,
    event: Event | None = None,
    *,
    lands_on: str = "",
    strong: bool = False,
    expires_at: datetime | None = None,
) -> str:
    """Create a link and return its token. Only the command line makes a link that is `strong`."""
    token = new_token()
    link = JoinLink(
        person_id=person.id,
        event_id=event.id if event else None,
        token_hash=token_hash(token),
        lands_on=lands_on,
        strong=strong,
        expires_at=expires_at,
    )
    db.add(link)
    if strong:
        security_log.note(db, "link.create", Subject("person", person.id))
    await db.flush()
    return token


async def is_known(db: AsyncSession, token: str) -> bool:
    """True when there is a link with this token, whether or not it still signs anybody in."""
    return (await db.exec(select(JoinLink.id).where(JoinLink.token_hash == token_hash(token)))).first() is not None


async def find(db: AsyncSession, token: str, now: datetime) -> tuple[JoinLink, Person, Event | None]:
    """The link with this token, its person and its event. Raises LinkUnknown, LinkEnded or LinkExpired."""
    statement = (
        select(JoinLink, Person, Event)
        .join(Person, col(Person.id) == col(JoinLink.person_id))
        .outerjoin(Event, col(Event.id) == col(JoinLink.event_id))
        .where(JoinLink.token_hash == token_hash(token))
    )
    found = (await db.exec(statement)).first()
    if found is None:
        raise LinkUnknown
    link, person, event = found
    if link.ended_at is not None:
        raise LinkEnded(link)
    if (expires_at := expiry(link, event)) is not None and now >= expires_at:
        raise LinkExpired(link)
    return link, person, event


async def use(db: AsyncSession, link: JoinLink, person: Person, browser: str) -> str:
    """Sign a browser in and return the token for its cookie. Raises LinkForwarded.

    The link's row is locked while its browsers are counted, so two requests at once cannot both be the last.
    """
    await db.exec(select(JoinLink.id).where(JoinLink.id == link.id).with_for_update())
    if await browsers_of(db, link.id) >= BROWSERS:
        raise LinkForwarded(link)
    token = await credentials.begin_sign_in(db, person, browser=browser, strong=link.strong, join_link_id=link.id)
    await db.flush()
    return token


async def browsers_of(db: AsyncSession, link_id: uuid.UUID) -> int:
    """The number of browsers that are signed in by this link now. A browser that signs out makes room for another."""
    statement = select(func.count()).where(SignIn.join_link_id == link_id, col(SignIn.ended_at).is_(None))
    return (await db.exec(statement)).one()


async def end(db: AsyncSession, link_id: uuid.UUID, now: datetime) -> bool:
    """End a link; False when it had ended already. The browsers that it signed in stay signed in."""
    statement = update(JoinLink).where(col(JoinLink.id) == link_id, col(JoinLink.ended_at).is_(None))
    return (await db.exec(statement.values(ended_at=now))).rowcount == 1


async def end_strong(db: AsyncSession, person_id: uuid.UUID, now: datetime) -> None:
    """End a person's links of the command line, because a password takes their place."""
    theirs = (col(JoinLink.person_id) == person_id, col(JoinLink.strong), col(JoinLink.ended_at).is_(None))
    await db.exec(update(JoinLink).where(*theirs).values(ended_at=now))


async def is_fresh(db: AsyncSession, link_id: uuid.UUID | None) -> bool:
    """True for a link of the command line that no password has taken the place of yet."""
    link = await db.get(JoinLink, link_id) if link_id else None
    return link is not None and link.strong and link.ended_at is None


def expiry(link: JoinLink, event: Event | None) -> datetime | None:
    """The moment at which a link expires: its own, else the end of the day on which the event's recordings close."""
    if link.expires_at is not None or event is None:
        return link.expires_at
    day_after = event.recordings_until + timedelta(days=1)
    return datetime.combine(day_after, datetime.min.time(), ZoneInfo(event.zone)).astimezone(UTC)
