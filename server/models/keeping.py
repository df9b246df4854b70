"""How well what a session sent is kept."""

import uuid
from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from server.models.columns import moment


class Keeping(SQLModel, table=True):
    """One session's recording: how far it is on the disk, and what the check after the session found."""

    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    safe_up_to: datetime | None = moment(default=None)
    """The last moment that is on the disk with picture and sound."""
    troubles: list[str] = Field(default_factory=list, sa_type=JSON)
    """What is wrong now (rooms.topics.keeping.Trouble)."""
    stored_key: str = Field(default="", max_length=32)
    """The media key under which the object store has it."""
    stored: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """How many segments of each rendition the object store has."""
    store_away: bool = Field(default=False)
    """The object store did not take the next ones; they are tried again."""
    checked_at: datetime | None = moment(default=None)
    seconds: float = Field(default=0)
    """What was found, all renditions alike."""
    offset_ms: int = Field(default=0)
    """By how much sound and picture are apart at the end of a stretch, at worst."""
    missing: list[list[float]] = Field(default_factory=list, sa_type=JSON)
    """Where nothing was kept though the session was live: pairs of seconds since 1970."""
    faults: list[str] = Field(default_factory=list, sa_type=JSON)
    """What is wrong with it, in words; empty for a good one."""

    @property
    def is_whole(self) -> bool:
        """Whether the check found nothing wrong and nothing missing."""
        return self.checked_at is not None and not self.faults and not self.missing
