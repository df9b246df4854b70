"""Cutting a recording: its beginning and end, its chapters, and leave to download it."""

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from sqlmodel.ext.asyncio.session import AsyncSession

from server.models import Chapter
from server.recordings.desk import RecordingDesk
from server.rules.clock_times import seconds_of
from server.store import chapters, sessions
from server.web.errors import Conflict, NotFound
from server.web.forms import Form

NOW = "now"
"""The time of a chapter that is marked while its session is live."""
TOLERANCE_S = 1.0
"""The most seconds between a typed time and the nearest moment that the recording has."""


def _second_or_now(text: str) -> float | None:
    return None if text == NOW else seconds_of(text)


class CutForm(Form):
    """The beginning and the end of the recording, typed as minutes and seconds of the film."""

    begins: Annotated[float, BeforeValidator(seconds_of)] = 0.0
    ends: Annotated[float | None, BeforeValidator(seconds_of)] = None

    @field_validator("ends")
    @classmethod
    def after_the_beginning(cls, ends: float | None, info: ValidationInfo) -> float | None:
        begins: float = info.data.get("begins", 0.0)
        if ends is not None and ends <= begins:
            raise PydanticCustomError("order", "The end lies before the beginning. Please check both.")
        return ends


class ChapterForm(Form):
    """A chapter, which is numbered when it has no title; `at` is typed as minutes and seconds of the recording.

    None: it begins now.
    """

    title: str = Field(default="", max_length=120)
    at: Annotated[float | None, BeforeValidator(_second_or_now)]


class NamedChapterForm(ChapterForm):
    title: str = Field(min_length=1, max_length=120)


class NoSuchMoment(Exception):
    """The recording has no such moment; the text tells the organiser why."""


async def cut(db: AsyncSession, desk: RecordingDesk, form: CutForm) -> None:
    """Trim the recording. Its segments get new addresses, so that what was cut away cannot be fetched any more.

    Raises Conflict while there is no recording.
    """
    if desk.session.state != "ended":
        raise Conflict("The session is not over, so there is no recording to cut yet.")
    await sessions.trim(db, desk.session, form.begins, form.ends)


async def mark_chapter(db: AsyncSession, desk: RecordingDesk, form: ChapterForm, now: datetime) -> None:
    """Set a chapter. Raises NoSuchMoment, and Conflict when the session has too many chapters already."""
    if not await chapters.mark(db, desk.session.id, media_time_of(desk, form.at, now), form.title):
        raise Conflict(f"A session has {chapters.MOST} chapters at most. Please delete one first.")


async def change_chapter(
    db: AsyncSession, desk: RecordingDesk, chapter: Chapter, form: NamedChapterForm, now: datetime
) -> None:
    """Rename a chapter or move it. Raises NoSuchMoment."""
    chapter.at, chapter.title = media_time_of(desk, form.at, now), form.title
    db.add(chapter)


async def remove_chapter(db: AsyncSession, chapter: Chapter) -> None:
    await db.delete(chapter)


def chapter_of(desk: RecordingDesk, chapter_id: uuid.UUID) -> Chapter:
    """The chapter with this id. Raises NotFound."""
    for chapter in desk.chapters:
        if chapter.id == chapter_id:
            return chapter
    raise NotFound("This chapter is gone already.")


async def allow_downloads(db: AsyncSession, desk: RecordingDesk, *, allowed: bool) -> None:
    """Allow downloads of the recording, or stop them."""
    desk.session.downloadable = allowed
    db.add(desk.session)


def media_time_of(desk: RecordingDesk, recording_s: float | None, now: datetime) -> datetime:
    """The media time of a second of the recording; None: now, while the session is live. Raises NoSuchMoment."""
    if recording_s is None:
        if desk.session.state in ("live", "paused"):
            return now
        raise NoSuchMoment("The session is not live. Please say where, for example 4:05.")
    if desk.airing is None:
        raise NoSuchMoment("There is no recording yet.")
    cut = desk.airing.source.cut
    media_time = cut.media_time_of(recording_s)
    nearest = cut.recording_second_at(media_time)
    if nearest is None or abs(nearest - recording_s) > TOLERANCE_S:
        raise NoSuchMoment("The recording is not so long.")
    return media_time
