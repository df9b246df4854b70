"""The installation's secret and the keys derived from it. It is never in the database or an export.

A backup holds it where it is a file of the data directory, and only its fingerprint where it is PLENARY_SECRET.
"""

import asyncio
import hashlib
import hmac
import os
import secrets
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from rooms.durable import settle
from server.settings import Settings
from server.store.engine.availability import Trouble, cause_of, trouble_of
from server.store.engine.database import Database

LEAST_CHARACTERS = 16
MAKE_ONE = "openssl rand -hex 32"
ANYBODY = "SELECT 1 FROM person LIMIT 1"


class SecretRefused(Exception):
    """The secret cannot be used, or is missing; the message says what to do."""


def load_secret(settings: Settings) -> bytes:
    """The secret from the settings, or from `secret` (mode 0600) in the data directory, made at first start.

    Raises SecretRefused for one that is empty or short, and for one that is missing beside a database with people, or
    beside one that does not answer.
    """
    if settings.secret:
        return _long_enough(settings.secret.encode(), "PLENARY_SECRET", f"Set it to the output of {MAKE_ONE}.")
    path: Path = settings.data / "secret"
    settings.open_data()
    if not path.exists():
        if has_people(settings):
            raise SecretRefused(f"{path} is missing, and the database was made with it. {_mend(path)}")
        _write_once(path, secrets.token_hex(32).encode())
    return _long_enough(path.read_bytes().strip(), str(path), _mend(path))


def derive(secret: bytes, purpose: str) -> bytes:
    """A 256-bit key for one purpose (HMAC-SHA-256 of its name under the secret)."""
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()


def has_people(settings: Settings) -> bool:
    """True when the database holds anybody, who may have been sent links that only its secret opens.

    Raises SecretRefused while PostgreSQL does not answer: a secret that is made then would stay.
    """
    if not settings.database.startswith("sqlite"):
        with ThreadPoolExecutor(1) as thread:  # which has an event loop of its own
            return thread.submit(asyncio.run, _postgresql_has_people(settings)).result()
    file = Path(make_url(settings.database).database or "")
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
        return db.execute(ANYBODY).fetchone() is not None
    return False


async def _postgresql_has_people(settings: Settings) -> bool:
    database = Database(settings.database)
    try:
        async with database.reading() as db:
            return (await (await db.connection()).execute(text(ANYBODY))).first() is not None
    except (SQLAlchemyError, OSError) as error:
        if trouble_of(error) is Trouble.SCHEMA:
            return False
        raise SecretRefused(
            f"{Trouble.GONE}: {cause_of(error)}. It may have been made with {settings.data / 'secret'}, which is "
            "missing: start PostgreSQL, or see what plenary doctor says of it"
        ) from error
    finally:
        await database.close()


def _long_enough(secret: bytes, where: str, mend: str) -> bytes:
    if len(secret) < LEAST_CHARACTERS:
        state = f"only {len(secret)} characters long" if secret else "empty"
        raise SecretRefused(f"the secret in {where} is {state}, where {LEAST_CHARACTERS} are the least. {mend}")
    return secret


def _mend(path: Path) -> str:
    return (
        f"Put it back from a backup. If it is lost, write a new one with {MAKE_ONE} > {path}: links that people were "
        "sent then end, and exports have other pseudonyms"
    )


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that is whole before it has its name; of several starts at the same time, the first one's stays."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(partial)
    finally:
        partial.unlink(missing_ok=True)
    settle(path.parent)
