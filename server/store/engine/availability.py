"""The difference between a database in trouble and a statement that it refuses, and between the kinds of trouble."""

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Trouble(StrEnum):
    """A reason why the database does not do what it would do at another time. The value is for operators and logs."""

    BUSY = "every connection to the database is in use"
    LOCKED = "another connection keeps the right to write to the database"
    FULL = "the disk is full"
    SLOW = "the database takes too long"
    GONE = "the database does not answer"
    READ_ONLY = "the database cannot be written"
    BROKEN = "the database is damaged, or its disk is"
    SCHEMA = "the database has another schema than this version of Plenary"


class DatabaseGone(ConnectionError):
    """There is no way to the database, or its file was deleted or replaced while it was open."""


OF_SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Trouble.LOCKED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CANTOPEN: Trouble.GONE,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
    sqlite3.SQLITE_IOERR: Trouble.BROKEN,
    sqlite3.SQLITE_CORRUPT: Trouble.BROKEN,
    sqlite3.SQLITE_NOTADB: Trouble.BROKEN,
}
"""Kinds of trouble by SQLite's primary result code, the low byte of an extended one (www.sqlite.org/rescode.html)."""
REFUSED_BY_SQLITE = (
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_RANGE,
)
"""Codes that refuse one statement: a mistake in it, a broken constraint, a value that does not fit."""
NO_SUCH, NO_COLUMN = ("no such table:", "no such column:"), "has no column named"
"""Its words for another schema, under the code of every mistake in a statement."""
OF_POSTGRESQL = {
    "53100": Trouble.FULL,
    "53300": Trouble.BUSY,
    "55P03": Trouble.LOCKED,
    "40001": Trouble.LOCKED,
    "40P01": Trouble.LOCKED,
    "57014": Trouble.SLOW,
    "25006": Trouble.READ_ONLY,
    "42501": Trouble.READ_ONLY,
    "42P01": Trouble.SCHEMA,
    "42703": Trouble.SCHEMA,
    "58030": Trouble.BROKEN,
    "XX001": Trouble.BROKEN,
    "XX002": Trouble.BROKEN,
}
"""Kinds of trouble by PostgreSQL's error code (its manual, appendix A)."""
REFUSED_BY_POSTGRESQL = ("22", "23", "42")
"""Classes of codes that refuse one statement."""
REFUSED = (IntegrityError, DataError, ProgrammingError)
"""Errors that refuse one statement before the database sees it."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def trouble_of(error: BaseException) -> Trouble | None:
    """The kind of trouble that an error tells of; None for a refusal of one statement, and for any other error."""
    if isinstance(error, PoolTimeout):
        return Trouble.BUSY
    if isinstance(error, (DBAPIError, sqlite3.Error)):
        return _of_statement(error)
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return Trouble.FULL
    return Trouble.GONE if isinstance(error, (ConnectionError, TimeoutError)) else None


def is_away(error: BaseException) -> bool:
    """True when an error tells of a database in trouble, so that the request can be made again later."""
    return trouble_of(error) is not None


def cause_of(error: BaseException) -> str:
    """The database's own words, on one line; where the driver's error has none, its class."""
    said = drivers(error)
    return str(said).partition("\n")[0] or type(said).__name__


def drivers(error: BaseException) -> BaseException:
    """The error of the driver that an error of SQLAlchemy wraps."""
    return getattr(error, "orig", None) or error


def _of_statement(error: DBAPIError | sqlite3.Error) -> Trouble | None:
    said = drivers(error)
    code, state = getattr(said, "sqlite_errorcode", None), getattr(said, "sqlstate", None)
    if code is not None:
        if str(said).startswith(NO_SUCH) or NO_COLUMN in str(said):
            return Trouble.SCHEMA
        return None if code & 0xFF in REFUSED_BY_SQLITE else OF_SQLITE.get(code & 0xFF, Trouble.GONE)
    if state is not None:
        return OF_POSTGRESQL.get(state, None if state.startswith(REFUSED_BY_POSTGRESQL) else Trouble.GONE)
    return None if isinstance(error, REFUSED) else Trouble.GONE
