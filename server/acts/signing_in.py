"""Signing in by password and one-time code, and setting both: every code is used up, and old sign-ins end."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from server.mail.occasions import EventMail
from server.models import Event, Person, Sealed, SignIn
from server.store import credentials, join_links, organisers, people
from server.trust import one_time_codes


async def sign_in(
    db: AsyncSession,
    secret: bytes,
    person: Person,
    code: str,
    browser: str,
    now: datetime,
    *,
    instead_of: SignIn | None,
) -> str | None:
    """Sign a browser in strongly, for a person whose password fitted; the token for its cookie.

    `secret` is the installation's, under which the person's authenticator is sealed.

    None when the one-time code is not theirs or was used before. The sign-in that the browser had until now ends.
    """
    authenticator = one_time_codes.opened(secret, person.totp_secret)
    if authenticator is None:
        return None
    step = one_time_codes.matching_step(authenticator, code, now)
    if step is None or not await credentials.spend_step(db, person.id, step):
        return None
    await sign_out(db, instead_of, now)
    return await credentials.begin_sign_in(db, person, browser=browser, strong=True)


async def sign_out(db: AsyncSession, ended: SignIn | None, now: datetime) -> None:
    """End a browser's sign-in, if it has one."""
    if ended is not None:
        await credentials.end_sign_in(db, ended.person_id, ended.id, now)


async def secure(
    db: AsyncSession,
    here: SignIn,
    password_hash: str,
    secret: Sealed,
    step: int,
    base_url: str,
    now: datetime,
) -> Sequence[Event]:
    """Set a person's password and authenticator, sign out their other browsers, and end their links of the shell.

    `here` is the sign-in of the browser that sets them, `step` the time step of the code that showed the secret. A mail
    tells the person, who may be another one than whoever sits at that browser. Returns the events they organise.
    """
    await credentials.set_credentials(db, here.person_id, password_hash, secret, step)
    await credentials.end_other_sign_ins(db, here.person_id, here.id, now)
    await join_links.end_strong(db, here.person_id, now)
    events = await organisers.events_of(db, here.person_id)
    for person in await people.with_ids(db, [here.person_id]):
        for newest in events[:1]:
            await EventMail(db, newest, base_url, now).credentials_set(person)
    return events
