"""The changes of the schema in order (Alembic), applied by `plenary serve` at its start and by `plenary migrate`."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.store.engine.postgresql import FOR_REQUESTS, Patience, open_engine
from server.store.migrations.fit import SchemaRefused, refusal_of

ANSWERS_WITHIN_S = 15.0
"""The longest wait for a database that is asked for its schema, which may be busy."""


def configuration(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision of the schema, the newest by default. Raises SchemaRefused.

    It blocks, and may not be called inside a running event loop.
    """
    if reason := asyncio.run(_refusal(url)):
        raise SchemaRefused(reason)
    command.upgrade(configuration(url), revision)


def revise(url: str, message: str) -> None:
    """Write a new migration from the difference between the models and the database at `url`."""
    command.revision(configuration(url), message, autogenerate=True)


def refusal(connection: Connection) -> str:
    """The reason why this version cannot use the database, with what to do; empty when it can."""
    return refusal_of(connection, ScriptDirectory.from_config(configuration("")))


def an_engine(url: str, patience: Patience) -> AsyncEngine:
    """An engine that keeps no connection open; on PostgreSQL with these limits."""
    if url.startswith("sqlite"):
        return create_async_engine(url, poolclass=NullPool)
    return open_engine(url, patience, poolclass=NullPool)


async def _refusal(url: str) -> str:
    engine = an_engine(url, FOR_REQUESTS)
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S), engine.connect() as connection:
            return await connection.run_sync(refusal)
    except TimeoutError as error:
        raise ConnectionError(f"no answer within {ANSWERS_WITHIN_S:.0f} s") from error
    finally:
        await engine.dispose()


def newest() -> str | None:
    """The newest revision of the schema."""
    return ScriptDirectory.from_config(configuration("")).get_current_head()
