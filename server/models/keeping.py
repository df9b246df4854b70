"""The keeping of recordings: their safety while a session is live, and the check after it."""

import uuid
from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from server.models.columns import moment


class Keeping(SQLModel, table=True):
    """One session's recording: the part of it that is safe on disk, and the findings of the check after the session."""

    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    safe_up_to: datetime | None = moment(default=None)
    """The moment of the programme up to which picture and sound are on disk."""
    troubles: list[str] = Field(default_factory=list, sa_type=JSON)
    """The troubles that there are now, from `rooms.topics.keeping.Trouble`."""
    stored_key: str = Field(default="", max_length=32)
    """The media key under which the object store holds the recording."""
    stored: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """The number of segments of each rendition that the object store holds."""
    store_away: bool = Field(default=False)
    """True while the object store does not take the next segments; they are sent again."""
    checked_at: datetime | None = moment(default=None)
    seconds: float = Field(default=0)
    """The length that the check found, the same in all renditions."""
    offset_ms: int = Field(default=0)
    """The largest distance between sound and picture at the end of a stretch, in milliseconds."""
    missing: list[list[float]] = Field(default_factory=list, sa_type=JSON)
    """The gaps: stretches of the live session of which nothing was kept, as pairs of seconds since 1970."""
    faults: list[str] = Field(default_factory=list, sa_type=JSON)
    """The faults that the check found, in words; empty for a good recording."""

    @property
    def is_whole(self) -> bool:
        """True when the check found no fault and no gap."""
        return self.checked_at is not None and not self.faults and not self.missing
