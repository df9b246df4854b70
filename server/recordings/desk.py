"""The desk of a recording: everything that an organiser needs to edit it, read in one transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import CaptionDraft, Chapter, Event, Job, Keeping, Session
from server.playback.airings import Airing
from server.store import caption_drafts, chapters, keeping


class RecordingDesk(NamedTuple):
    """The recording of a session, with its chapters and captions."""

    event: Event
    session: Session
    airing: Airing | None
    """The source of what the session sends out; None: it has sent nothing yet."""
    chapters: Sequence[Chapter]
    draft: CaptionDraft | None
    """The captions that speech recognition understood."""
    drafting: Job | None
    """The job that makes such a draft, or has failed to."""
    kept: Keeping | None
    """The findings of the check after the session; None before its end."""
    checking: Job | None
    """The job that looks for them, or has failed to."""

    @property
    def to_caption(self) -> Airing | None:
        """The airing that can have captions: a film, or what a stage has sent once nothing more will come."""
        return self.airing if self.airing is not None and self.airing.source.is_complete else None

    @property
    def placed_chapters(self) -> list[tuple[Chapter, float | None]]:
        """The chapters, each with its second of the recording; None: it was cut away, or there is no recording."""
        cut = self.airing.source.cut if self.airing else None
        return [(each, cut.recording_second_at(each.at) if cut else None) for each in self.chapters]

    @property
    def missing(self) -> list[tuple[datetime, int]]:
        """The stretches of which nothing was kept: the beginning of each, and its seconds."""
        stretches = self.kept.missing if self.kept else []
        return [(datetime.fromtimestamp(begins, UTC), round(ends - begins)) for begins, ends in stretches]


async def desk_of(db: AsyncSession, event: Event, session: Session, airing: Airing | None) -> RecordingDesk:
    """The desk of a session's recording; `airing` is None while the session has sent nothing."""
    listened_to = (session.id, airing.directory.name) if airing else None
    kept = await keeping.keepings_of(db, [session.id]) if session.state == "ended" else {}
    return RecordingDesk(
        event,
        session,
        airing,
        await chapters.chapters_of(db, session.id),
        await caption_drafts.draft_of(db, *listened_to) if listened_to else None,
        await caption_drafts.drafting_of(db, *listened_to) if listened_to else None,
        kept.get(session.id),
        await keeping.checking_of(db, session.id),
    )
