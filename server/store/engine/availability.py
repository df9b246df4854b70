"""Telling a database that does not answer from a statement that it refuses."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

REFUSALS = (IntegrityError, DataError, ProgrammingError)


def is_away(error: BaseException) -> bool:
    """Whether it says that the database is away, silent or too busy; what was asked for can then be asked again."""
    return isinstance(error, (DBAPIError, PoolTimeout, ConnectionError)) and not isinstance(error, REFUSALS)
