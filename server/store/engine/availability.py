"""The difference between a database that does not answer and a statement that it refuses."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

REFUSALS = (IntegrityError, DataError, ProgrammingError)


def is_away(error: BaseException) -> bool:
    """True when an error says that the database is away, silent or too busy, so that the request can be made again."""
    return isinstance(error, (DBAPIError, PoolTimeout, ConnectionError)) and not isinstance(error, REFUSALS)
