"""Sign-ins: rows that are found by the hash of a browser's cookie, listed and ended."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import bindparam
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select
from starlette.requests import HTTPConnection
from starlette.responses import Response

from server.models import GrantRow, Person, SignIn
from server.rules.permissions import Grant, grants_of
from server.rules.sign_ins import strong_until
from server.rules.tokens import token_hash
from server.settings import Settings
from server.store.engine.database import Database

COOKIE_AGE_S = 180 * 24 * 3600
SEEN_EVERY = timedelta(minutes=5)
"""The age of `seen_at` at which a request writes it anew."""


@dataclass(frozen=True)
class Viewer:
    """The sender of a request: a person with the grants that count in this browser, or nobody known."""

    person: Person | None = None
    sign_in: SignIn | None = None
    grants: frozenset[Grant] = frozenset()

    def __bool__(self) -> bool:
        """True for a person, False for nobody known."""
        return self.person is not None

    @property
    def is_strong(self) -> bool:
        """True when this browser was signed in strongly."""
        return self.sign_in is not None and self.sign_in.strong


NOBODY = Viewer()


def cookie_name(settings: Settings) -> str:
    return "__Host-plenary" if settings.is_https else "plenary"


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=COOKIE_AGE_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.is_https,
    )


def clear_cookie(response: Response, settings: Settings) -> None:
    """Let the browser forget the sign-in, and whatever our pages keep in its storage."""
    response.delete_cookie(cookie_name(settings), path="/", httponly=True, samesite="lax", secure=settings.is_https)
    response.headers["clear-site-data"] = '"storage"'


def token_of(connection: HTTPConnection) -> str:
    """The token in a browser's sign-in cookie, or an empty string."""
    return connection.cookies.get(cookie_name(connection.app.state.settings), "")


async def viewer_of(connection: HTTPConnection) -> Viewer:
    """The viewer who sent this request or opened this socket, by its sign-in cookie."""
    token = token_of(connection)
    if not token:
        return NOBODY
    database: Database = connection.app.state.db
    async with database.reading() as db:
        viewer = await viewer_with(db, token)
    await keep_seen(database, viewer)
    return viewer


async def keep_seen(database: Database, viewer: Viewer) -> None:
    """Note that a browser is in use, if that was last noted more than `SEEN_EVERY` ago."""
    if viewer.sign_in and datetime.now(UTC) - viewer.sign_in.seen_at > SEEN_EVERY:
        async with database.writing() as db:
            await db.exec(update(SignIn).where(col(SignIn.id) == viewer.sign_in.id).values(seen_at=datetime.now(UTC)))


async def viewer_with(db: AsyncSession, token: str) -> Viewer:
    """The viewer whose browser holds this token; NOBODY when the sign-in has ended or never was."""
    found = (await db.exec(_viewing(), params={"token_hash": token_hash(token)})).all()
    if not found:
        return NOBODY
    sign_in, person, _ = found[0]
    if sign_in.strong and strong_until(sign_in.created_at, sign_in.seen_at) <= datetime.now(UTC):
        return NOBODY
    held = [Grant(row.role, row.scope, row.scope_id) for _, _, row in found if row is not None]
    return Viewer(person, sign_in, grants_of(held, is_strong=sign_in.strong))


@cache
def _viewing() -> Select[SignIn, Person, GrantRow]:
    """The sign-in for the hash of a token, and its person with each of their grants. Every page asks for it."""
    return (
        select(SignIn, Person, GrantRow)
        .join(Person, col(Person.id) == col(SignIn.person_id))
        .outerjoin(GrantRow, col(GrantRow.person_id) == col(SignIn.person_id))
        .where(col(SignIn.token_hash) == bindparam("token_hash"), col(SignIn.ended_at).is_(None))
    )
