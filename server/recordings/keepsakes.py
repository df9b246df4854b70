"""Keepsakes: what a recording has beside its picture, each at its second of the recording."""

from collections.abc import Sequence
from typing import NamedTuple

from anyio import to_thread
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.playback.film_index import CAPTIONS_NAME
from server.models import Session
from server.playback.airings import Airing
from server.recordings.transcripts import TranscriptLine, read_transcript
from server.rules.crowd import Crowd, crowd
from server.store import chapters, reactions, recordings


class Keepsake(NamedTuple):
    """The transcript of a recording, its chapters and the reactions of the crowd, by the recording's seconds."""

    transcript: Sequence[TranscriptLine] = ()
    chapters: Sequence[tuple[float, str]] = ()
    crowd: Crowd | None = None


async def keepsake(db: AsyncSession, session: Session, airing: Airing) -> Keepsake:
    """The keepsake of a session that is over, without what was cut away of it."""
    cut = airing.source.cut
    lines = await to_thread.run_sync(read_transcript, airing.directory / CAPTIONS_NAME)
    said = [(cut.recording_second_of(line.begins_s), line.text) for line in lines]
    marked = [(cut.recording_second_at(each.at), each.title) for each in await chapters.chapters_of(db, session.id)]
    length = (await recordings.lengths_of(db, [session]))[session.id]
    return Keepsake(
        [TranscriptLine(second, text) for second, text in said if second is not None],
        [(second, title) for second, title in marked if second is not None],
        crowd(await reactions.moments_of(db, session.id), cut.recording_second_at, length),
    )
