"""The column types and keys that all relations share."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite drops zones, so they are put back on reading.

    Raises ValueError for a naive datetime: a moment without a zone is a guess.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored moment needs a zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_now() -> datetime:
    """The moment a row is made, aware, UTC."""
    return datetime.now(UTC)


def key() -> Any:
    """A random primary key (UUID 4): it can be shown in an address without telling how many came before."""
    return Field(default_factory=uuid.uuid4, primary_key=True)


def moment(**options: Any) -> Any:
    """A moment in UTC, made at the time the row is made unless a default is given."""
    if "default" not in options and "default_factory" not in options:
        options["default_factory"] = utc_now
    return Field(sa_type=UTCDateTime, **options)
