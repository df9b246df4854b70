"""PostgreSQL within limits of time: whatever does not answer is let go of, and nobody waits for it for long.

The server ends a statement that takes too long, a wait for a lock and a transaction that stands idle. A server that is
silent can end nothing, so each answer is awaited for a little longer than that, and then its connection is dropped.
"""

from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.store.engine.availability import DatabaseGone

CONNECTED_WITHIN_S = 3.0
"""The longest wait until PostgreSQL has taken a connection."""
ALIVE_WITHIN_S = 2.0
"""The longest wait for a sign of life of a connection that is about to be used."""
SILENT_AFTER_S = 1.0
"""Seconds past the limit of a statement after which the server does not answer any more."""


class Patience(NamedTuple):
    """The limits of a kind of work, in seconds: of a statement, of its wait for a lock, and of standing idle."""

    statement_s: float
    lock_s: float
    idle_s: float


FOR_REQUESTS = Patience(statement_s=5.0, lock_s=4.0, idle_s=15.0)
FOR_LONG_WORK = Patience(statement_s=600.0, lock_s=60.0, idle_s=600.0)
"""Exports, reports and erasing: a large event takes minutes."""
FOR_MIGRATIONS = Patience(statement_s=3_600.0, lock_s=600.0, idle_s=600.0)
"""A change of the schema, for which the other processes that start wait too."""
FRESH = "fresh"
"""The key of a connection's notes which says that it was opened just now."""


class Impatient(asyncpg.Connection):  # type: ignore[misc]
    """A connection that is dropped with the statement that nobody awaits any more.

    asyncpg would ask the server to cancel the statement, and wait for the answer of one that may be silent.
    """

    def _cancel_current_command(self, waiter: Any, cancel_waiter: Any = None) -> None:
        waiter.set_result(None)
        self._loop.call_soon(self.terminate)


def limits_of(patience: Patience) -> dict[str, Any]:
    """The arguments of asyncpg's `connect` by which a connection keeps these limits."""
    limits = {
        "statement_timeout": patience.statement_s,
        "lock_timeout": patience.lock_s,
        "idle_in_transaction_session_timeout": patience.idle_s,
    }
    return {
        "timeout": CONNECTED_WITHIN_S,
        "command_timeout": patience.statement_s + SILENT_AFTER_S,
        "connection_class": Impatient,
        "server_settings": {name: str(round(1000 * seconds)) for name, seconds in limits.items()},
    }


def open_engine(url: str, patience: Patience, **options: Any) -> AsyncEngine:
    """An engine whose connections keep these limits, and show a sign of life before each use."""
    engine = create_async_engine(url, connect_args=limits_of(patience), **options)
    where = place_of(url)

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(dialect: Dialect, _record: object, arguments: Any, options: Any) -> Any:
        """Raises DatabaseGone for whatever the network, or the lack of an answer, raises."""
        try:
            return dialect.connect(*arguments, **options)
        except TimeoutError as error:
            raise DatabaseGone(f"{where} takes a connection and says nothing for {CONNECTED_WITHIN_S:.0f} s") from error
        except OSError as error:
            raise DatabaseGone(f"{where} takes no connection: {error}") from error

    @event.listens_for(engine.sync_engine, "connect")
    def note(_connection: object, record: Any) -> None:
        record.info[FRESH] = True

    @event.listens_for(engine.sync_engine, "checkout")
    def look_alive(connection: Any, record: Any, _proxy: object) -> None:
        """Raises DatabaseGone for a silent server. A connection that was ended is replaced, with all of its age."""
        if record.info.pop(FRESH, False):
            return
        try:
            connection.run_async(sign_of_life)
        except TimeoutError as error:
            raise DatabaseGone(f"{where} says nothing for {ALIVE_WITHIN_S:.0f} s") from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise InvalidatePoolError(str(error)) from error

    return engine


async def sign_of_life(connection: asyncpg.Connection) -> None:
    """Have a statement run. asyncpg takes no answer to an empty one."""
    await connection.execute("SELECT 1", timeout=ALIVE_WITHIN_S)


def place_of(url: str) -> str:
    """The name by which operators know a server: its host and port, without the password."""
    address = make_url(url)
    return f"PostgreSQL at {address.host or 'localhost'}:{address.port or 5432}"
