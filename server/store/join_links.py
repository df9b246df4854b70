"""Join links: how a person comes in. Only the hash of a link is kept; its token is told once."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Event, JoinLink, Person, SignIn
from server.rules.tokens import new_token, token_hash
from server.store import credentials

BROWSERS = 3
"""How many browsers one link signs in; one more is treated as forwarded."""


class LinkRefused(Exception):
    """This link signs nobody in."""

    link: JoinLink | None = None


class LinkUnknown(LinkRefused):
    """There is no such link: mistyped, cut off in a mail, or never made."""


class LinkExpired(LinkRefused):
    """The event's last recording has closed."""

    def __init__(self, link: JoinLink) -> None:
        super().__init__()
        self.link = link


class LinkEnded(LinkRefused):
    """A newer link took its place, or it was ended by hand."""

    def __init__(self, link: JoinLink) -> None:
        super().__init__()
        self.link = link


class LinkForwarded(LinkRefused):
    """It has signed in as many browsers as one person has."""

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
    """The token of a new link. `strong` is for the command line alone."""
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
    await db.flush()
    return token


async def find(db: AsyncSession, token: str, now: datetime) -> tuple[JoinLink, Person, Event | None]:
    """The link with this token, whose it is and where it leads. Raises LinkUnknown, LinkEnded or LinkExpired."""
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
    """Sign a browser in: the token for its cookie. Raises LinkForwarded.

    The link's row is locked while its browsers are counted, so two at once are not both the third.
    """
    await db.exec(select(JoinLink.id).where(JoinLink.id == link.id).with_for_update())
    if await browsers_of(db, link.id) >= BROWSERS:
        raise LinkForwarded(link)
    token = await credentials.begin_sign_in(db, person, browser=browser, strong=link.strong, join_link_id=link.id)
    await db.flush()
    return token


async def browsers_of(db: AsyncSession, link_id: uuid.UUID) -> int:
    """How many browsers are signed in by this link now; one that signed out makes room."""
    statement = select(func.count()).where(SignIn.join_link_id == link_id, col(SignIn.ended_at).is_(None))
    return (await db.exec(statement)).one()


async def end(db: AsyncSession, link_id: uuid.UUID, now: datetime) -> bool:
    """End a link; whether this call did. Browsers that it signed in stay signed in."""
    statement = update(JoinLink).where(col(JoinLink.id) == link_id, col(JoinLink.ended_at).is_(None))
    return (await db.exec(statement.values(ended_at=now))).rowcount == 1


def expiry(link: JoinLink, event: Event | None) -> datetime | None:
    """When a link stops working: its own moment, else the end of the day on which the event's recordings close."""
    if link.expires_at is not None or event is None:
        return link.expires_at
    day_after = event.recordings_until + timedelta(days=1)
    return datetime.combine(day_after, datetime.min.time(), ZoneInfo(event.zone)).astimezone(UTC)
