"""A person's credentials, and the browsers in which they are signed in."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, or_, type_coerce, update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Person, Sealed, SignIn
from server.rules.sign_ins import STRONG_IDLE, STRONG_LONGEST
from server.rules.tokens import new_token, token_hash
from server.store import rights, security_log
from server.store.security_log import Subject

STEPS_OF_NOW = 2
"""The most steps by which two codes that are valid at one moment differ: that before, that of now and that after."""
OPEN_LENGTH = 32
"""The length of an authenticator's secret in the clear; a sealed one is twice as long."""


async def spend_step(db: AsyncSession, person_id: uuid.UUID, step: int) -> bool:
    """Use up the time step of a one-time code, and all steps before it. False when it was used up (RFC 6238, 5.2).

    A last step that is later than any code of now is of a clock that was set ahead, and counts for nothing.
    """
    last = col(Person.totp_last_step)
    is_unused = or_(last.is_(None), last < step, last > step + STEPS_OF_NOW)
    spent = await db.exec(update(Person).where(col(Person.id) == person_id, is_unused).values(totp_last_step=step))
    return bool(spent.rowcount == 1)


async def set_credentials(
    db: AsyncSession, person_id: uuid.UUID, password_hash: str, secret: Sealed, step: int
) -> None:
    """Set a person's password and authenticator. The code that confirmed the authenticator is used up."""
    await db.exec(
        update(Person)
        .where(col(Person.id) == person_id)
        .values(password_hash=password_hash, totp_secret=secret, totp_last_step=step)
    )
    security_log.note(db, "password.set", Subject("person", person_id))


async def open_authenticators(db: AsyncSession) -> list[tuple[uuid.UUID, str]]:
    """People whose authenticator an earlier version stored in the clear (Base32), with its secret."""
    stored = type_coerce(col(Person.totp_secret), String)
    found = await db.exec(select(Person.id, stored).where(func.length(stored) == OPEN_LENGTH))
    return [(person_id, secret) for person_id, secret in found]


async def set_authenticator(db: AsyncSession, person_id: uuid.UUID, secret: Sealed) -> None:
    """Store a person's authenticator, sealed; their password and codes stay as they are."""
    await db.exec(update(Person).where(col(Person.id) == person_id).values(totp_secret=secret))


async def begin_sign_in(
    db: AsyncSession, person: Person, *, browser: str, strong: bool, join_link_id: uuid.UUID | None = None
) -> str:
    """Sign a browser in. Returns the token for its cookie, of which only the hash is stored."""
    token = new_token()
    row = SignIn(
        person_id=person.id,
        join_link_id=join_link_id,
        token_hash=token_hash(token),
        browser=browser[:200],
        strong=strong,
    )
    db.add(row)
    if strong:
        how = "link" if join_link_id else "password"
        security_log.note(db, "sign-in", Subject("person", person.id), detail=how, person_id=person.id)
    return token


async def earlier_sign_in(db: AsyncSession, person_id: uuid.UUID, token: str) -> uuid.UUID | None:
    """The strong sign-in of a person for which a browser holds this token, ended or not.

    A mailed join link can be forwarded, so a browser that only used one is none that the person is known to have used.
    """
    statement = select(SignIn.id).where(SignIn.person_id == person_id, SignIn.token_hash == token_hash(token))
    return (await db.exec(statement.where(col(SignIn.strong)))).first()


async def open_sign_ins(db: AsyncSession, person_id: uuid.UUID) -> Sequence[SignIn]:
    """The browsers in which a person is signed in, the one that was seen last first."""
    statement = (
        select(SignIn)
        .where(SignIn.person_id == person_id, col(SignIn.ended_at).is_(None))
        .order_by(col(SignIn.seen_at).desc())
    )
    return (await db.exec(statement)).all()


async def end_sign_in(db: AsyncSession, person_id: uuid.UUID, sign_in_id: uuid.UUID, now: datetime) -> bool:
    """Sign one browser of a person out; False when it was not signed in."""
    return await _end(db, person_id, now, col(SignIn.id) == sign_in_id) == 1


async def end_other_sign_ins(db: AsyncSession, person_id: uuid.UUID, kept_id: uuid.UUID, now: datetime) -> int:
    """Sign out every browser of a person except one. Returns the number of browsers signed out."""
    return await _end(db, person_id, now, col(SignIn.id) != kept_id)


async def end_expired(db: AsyncSession, now: datetime) -> None:
    """End the strong sign-ins that were not used for long, or have lasted for a day."""
    expired = or_(col(SignIn.seen_at) <= now - STRONG_IDLE, col(SignIn.created_at) <= now - STRONG_LONGEST)
    ended = await db.exec(
        update(SignIn)
        .where(col(SignIn.strong), col(SignIn.ended_at).is_(None), expired)
        .values(ended_at=now)
        .returning(col(SignIn.person_id))
    )
    rights.changed(db, people=ended.scalars().all())


async def note_use(db: AsyncSession, sign_in_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Note that the strong ones of these sign-ins are in use, a thousand in one statement."""
    for start in range(0, len(sign_in_ids), 1_000):
        these = col(SignIn.id).in_(sign_in_ids[start : start + 1_000])
        await db.exec(update(SignIn).where(these, col(SignIn.strong)).values(seen_at=now))


async def _end(db: AsyncSession, person_id: uuid.UUID, now: datetime, which: object) -> int:
    ended = await db.exec(
        update(SignIn)
        .where(col(SignIn.person_id) == person_id, col(SignIn.ended_at).is_(None), which)  # type: ignore[arg-type]
        .values(ended_at=now)
        .returning(col(SignIn.strong))
    )
    strong = ended.scalars().all()
    if any(strong):
        security_log.note(db, "sign-out", Subject("person", person_id))
    if strong:
        rights.changed(db, people=[person_id])
    return len(strong)
