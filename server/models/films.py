"""Films that are being uploaded."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment


class FilmUpload(SQLModel, table=True):
    """A file on its way to becoming a film, in the data directory under `media/uploads/{id}`.

    Once all of it has arrived, a job packages it (see `server.store.uploads`).
    """

    __tablename__ = "film_upload"

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    title: str = Field(max_length=160)
    size: int = Field(sa_type=BigInteger)
    """Bytes."""
    received: int = Field(default=0, sa_type=BigInteger)
    """Bytes from the beginning that have arrived."""
    created_at: datetime = moment()
