"""Films that are being brought in."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class FilmUpload(SQLModel, table=True):
    """A file on its way to becoming a film, in the data directory under `media/uploads/{id}`.

    `state` is uploading, waiting (it has all arrived), packaging, ready or refused.
    """

    __tablename__ = "film_upload"

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    title: str = Field(max_length=160)
    size: int = Field(sa_type=BigInteger)
    """Bytes."""
    received: int = Field(default=0, sa_type=BigInteger)
    state: str = Field(default="uploading", max_length=20)
    percent: int = Field(default=0)
    """How much of it is packaged."""
    problem: str = Field(default="", max_length=300)
    """Why it was refused, as a sentence."""
    created_at: datetime = moment()
    leased_until: datetime | None = moment(default=None)
    """Whoever packages it has it until then; after that another one may."""
