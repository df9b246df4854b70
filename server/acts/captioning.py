"""Captioning a recording: captions are published, or drafted by speech recognition and corrected first."""

from datetime import datetime

from anyio import to_thread
from sqlmodel.ext.asyncio.session import AsyncSession

from server.playback.airings import Airing
from server.recordings import captions
from server.recordings.desk import RecordingDesk
from server.store import caption_drafts, sessions
from server.web.errors import Conflict


async def write(desk: RecordingDesk, text: str) -> None:
    """Write these captions, a WebVTT file, beside the recording.

    Raises NotWebVTT, and Conflict while there is nothing to caption.
    """
    airing = _to_caption(desk)
    cues = captions.check(text, airing.source.cut.film_length_s)
    await to_thread.run_sync(captions.write, airing.directory, airing.source, cues)


async def publish(db: AsyncSession, desk: RecordingDesk) -> None:
    """Tell viewers of the captions that were written; a draft is then no longer wanted."""
    await caption_drafts.discard(db, desk.session.id)
    await sessions.announce(db, desk.session)


async def ask_draft(db: AsyncSession, desk: RecordingDesk, now: datetime) -> None:
    """Have captions drafted by speech recognition. Raises Conflict while there is nothing to caption."""
    await caption_drafts.ask(db, desk.session, _to_caption(desk).directory.name, now)


async def keep_draft(db: AsyncSession, desk: RecordingDesk, text: str) -> None:
    """Keep a draft as it is corrected so far, which need not be WebVTT yet. Raises Conflict when there is none."""
    if not await caption_drafts.keep(db, desk.session.id, _to_caption(desk).directory.name, text):
        raise Conflict("There is no draft any more.")


async def discard_draft(db: AsyncSession, desk: RecordingDesk) -> None:
    """Throw the draft away, or stop its making."""
    await caption_drafts.discard(db, desk.session.id)


def _to_caption(desk: RecordingDesk) -> Airing:
    """Raises Conflict while there is nothing to caption."""
    if desk.to_caption is None:
        raise Conflict("There is nothing to caption yet: no film, or its stage is still sending.")
    return desk.to_caption
