"""Alembic's entry: runs the migrations over the asynchronous engines that the application uses."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection, func, select
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from server.models import SealedText, UTCDateTime
from server.store.engine.postgresql import FOR_MIGRATIONS
from server.store.migrations import an_engine

ONE_AT_A_TIME = 0x504C454E
"""The advisory lock by which processes that start on one PostgreSQL migrate one after the other."""


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write plain SQLAlchemy types into migrations, so that migrations do not depend on the models."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, SealedText):
        return "sa.String(length=64)"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
    )
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    with context.begin_transaction():
        context.run_migrations()


async def run() -> None:
    engine = an_engine(context.config.get_main_option("sqlalchemy.url") or "", FOR_MIGRATIONS)
    try:
        if engine.dialect.name == "sqlite":
            async with engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


asyncio.run(run())
