"""The column types and keys that all relations share."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite drops the zone, so it is put back on reading.

    Raises ValueError for a naive datetime: without a zone it is a guess.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored datetime needs a zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@dataclass(frozen=True)
class Sealed:
    """A secret as it is stored: encrypted by `server.trust.sealing`, which alone opens it."""

    text: str = field(repr=False)


class SealedText(TypeDecorator[Sealed]):
    """A column of a sealed secret. Raises TypeError for text in the clear, so that none is stored."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> str | None:
        if value is not None and not isinstance(value, Sealed):
            raise TypeError("a secret is sealed before it is stored")
        return value.text if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> Sealed | None:
        return Sealed(value) if value else None


def utc_now() -> datetime:
    """The present as an aware datetime in UTC: the default of a row's moments."""
    return datetime.now(UTC)


def key() -> Any:
    """A random primary key (UUID 4): shown in an address, it does not tell how many rows came before."""
    return Field(default_factory=uuid.uuid4, primary_key=True)


def moment(**options: Any) -> Any:
    """A column of an aware datetime in UTC. Unless a default is given, it holds the time at which the row was made."""
    if "default" not in options and "default_factory" not in options:
        options["default_factory"] = utc_now
    return Field(sa_type=UTCDateTime, **options)
