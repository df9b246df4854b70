"""INSERT statements with ON CONFLICT, for either database."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


def insert_into(db: AsyncSession, relation: type[SQLModel]) -> sqlite.Insert | postgresql.Insert:
    """Begin an INSERT that can go on with `on_conflict_do_nothing` or `on_conflict_do_update`."""
    return insert_for(db.get_bind().dialect.name, relation)


def insert_for(dialect: str, relation: type[SQLModel]) -> sqlite.Insert | postgresql.Insert:
    """Begin the same INSERT for a dialect, sqlite or postgresql."""
    table: Any = relation.__table__  # type: ignore[attr-defined]
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
