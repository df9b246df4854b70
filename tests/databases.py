"""The databases of tests on both engines: making, copying, emptying and dropping. Every function here blocks."""

import asyncio
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from server.store import migrations


def aside(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do blocking work in a thread, in which it may run an event loop of its own even if one runs here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *arguments).result()


def sqlite_database(folder: Path, revision: str = "head") -> str:
    """Make an SQLite database with a revision of the schema, the newest by default, and return its address."""
    url = f"sqlite+aiosqlite:///{folder / 'plenary.sqlite3'}"
    aside(migrations.upgrade, url, revision)
    return url


def postgres_database(server: str, revision: str = "head") -> str:
    """Make a PostgreSQL database with a revision of the schema, the newest by default, and return its address."""
    url = _named(server.replace("postgresql://", "postgresql+asyncpg://", 1))
    _administer(url, f"CREATE DATABASE {make_url(url).database}")
    aside(migrations.upgrade, url, revision)
    return url


def copy(template: str, folder: Path) -> str:
    """Copy the template, to which nothing may be connected, and return the address of the copy."""
    if template.startswith("sqlite"):
        path = folder / "plenary.sqlite3"
        shutil.copy(make_url(template).database or "", path)
        return f"sqlite+aiosqlite:///{path}"
    url = _named(template)
    _administer(url, f"CREATE DATABASE {make_url(url).database} TEMPLATE {make_url(template).database}")
    return url


def drop(url: str) -> None:
    """Remove a copy on PostgreSQL. An SQLite file is removed with its folder."""
    if not url.startswith("sqlite"):
        _administer(url, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def empty(url: str) -> None:
    """End all connections to a PostgreSQL database and delete every row. It is far quicker than another copy."""
    deletions = ";".join(f'DELETE FROM "{table.name}"' for table in SQLModel.metadata.sorted_tables)

    async def run() -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.execute(f"SET session_replication_role = replica; {deletions}")
        await connection.close()

    aside(asyncio.run, run())


def _named(url: str) -> str:
    """The address of a new database with a random name on the same server."""
    named = make_url(url).set(database=f"test_{secrets.token_hex(6)}")
    return named.render_as_string(hide_password=False)


def _administer(url: str, statement: str) -> None:
    """Run a statement outside any transaction."""

    async def run() -> None:
        administration = make_url(url).set(database="postgres")
        engine = create_async_engine(administration, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    aside(asyncio.run, run())
