"""A session's recording in the console: what is kept of it, its chapters, and whether it may be downloaded."""

from datetime import UTC, datetime
from typing import Any

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.models import Chapter
from server.recordings.desk import Subject, at_desk, back, page, subject_of
from server.rules.clock_times import seconds_of
from server.store import chapters, sessions
from server.web.errors import Conflict, NotFound
from server.web.forms import Form, FormState, pressed, read_form
from server.web.templating import redirect

NOW = "now"
"""Where a chapter begins that is marked while the session is live."""


class CutForm(Form):
    """Where the recording begins and ends, as minutes and seconds of the film."""

    begins: str = Field(default="", max_length=12)
    ends: str = Field(default="", max_length=12)


class ChapterForm(Form):
    """`at` is where it begins in the recording, or now."""

    title: str = Field(default="", max_length=120)
    at: str = Field(min_length=1, max_length=12)


async def edit(request: Request) -> Response:
    return await page(request, await subject_of(request))


async def cut(request: Request) -> Response:
    """Trim the recording. Its segments get new addresses, so that what was cut away cannot be had any more."""
    form = await read_form(request, CutForm)
    async with at_desk(request, writing=True) as (db, subject):
        if subject.session.state != "ended":
            raise Conflict("The session is not over, so there is no recording to cut yet.")
        form, times = clocked(form, "begins", "ends")
        begins, ends = times.get("begins") or 0.0, times.get("ends")
        if form.input is not None and ends is not None and ends <= begins:
            form = form.with_error("ends", "The end lies before the beginning. Please check both.")
        if form.input is None:
            return await page(request, subject, 422, cut=form)
        await sessions.trim(db, subject.session, begins, ends)
    return back(request, subject, "recording-cut")


async def mark(request: Request) -> Response:
    """Set a chapter: now, by one button while the session is live, or at a second of its recording."""
    form = await read_form(request, ChapterForm)
    async with at_desk(request, writing=True) as (db, subject):
        form, at = placed(form, subject)
        if form.input is None or at is None:
            return await page(request, subject, 422, chapter=form)
        if not await chapters.mark(db, subject.session.id, at, form.input.title):
            raise Conflict(f"A session has {chapters.MOST} chapters at most. Please delete one first.")
    if form.input.at == NOW:
        return redirect(request, "console", event=subject.event.slug, notice="chapter-marked")
    return back(request, subject, "saved")


async def change(request: Request) -> Response:
    """Rename a chapter or move it."""
    form = await read_form(request, ChapterForm)
    async with at_desk(request, writing=True) as (db, subject):
        chapter = await chapter_of(request, db, subject)
        if form.input is not None and not form.input.title:
            form = form.with_error("title", "Please fill this in.")
        form, at = placed(form, subject)
        if form.input is None or at is None:
            return await page(request, subject, 422, changed=chapter.id, chapter=form)
        chapter.title, chapter.at = form.input.title, at
        db.add(chapter)
    return back(request, subject, "saved")


async def remove(request: Request) -> Response:
    async with at_desk(request, writing=True) as (db, subject):
        await db.delete(await chapter_of(request, db, subject))
    return back(request, subject, "deleted")


async def offer(request: Request) -> Response:
    """Allow or stop downloads of the recording."""
    allowed = await pressed(request, "allowed", ("yes", "no"))
    async with at_desk(request, writing=True) as (db, subject):
        subject.session.downloadable = allowed == "yes"
        db.add(subject.session)
    return back(request, subject, "saved")


async def chapter_of(request: Request, db: AsyncSession, subject: Subject) -> Chapter:
    found = await chapters.chapter(db, subject.session.id, request.path_params["chapter"])
    if found is None:
        raise NotFound("This chapter is gone already.")
    return found


def clocked(form: FormState[Any], *names: str) -> tuple[FormState[Any], dict[str, float]]:
    """The seconds that these fields name, where they are filled in, and the form with what is wrong with them."""
    times: dict[str, float] = {}
    for name in names:
        typed = getattr(form.input, name, "") if form.input else ""
        try:
            times |= {name: seconds_of(typed)} if typed else {}
        except ValueError as error:
            form = FormState(form.values, {**form.errors, name: str(error)}, form.input)
    return (form if not form.errors else FormState(form.values, form.errors, None)), times


def placed(form: FormState[ChapterForm], subject: Subject) -> tuple[FormState[ChapterForm], datetime | None]:
    """The media time that the form names, and the form with what is wrong about it."""
    if form.input is not None and form.input.at == NOW:
        if subject.session.state in ("live", "paused"):
            return form, datetime.now(UTC)
        return form.with_error("at", "The session is not live. Please say where, for example 4:05."), None
    form, times = clocked(form, "at")
    if form.input is None or not times:
        return form, None
    if subject.airing is None:
        return form.with_error("at", "There is no recording yet."), None
    cut = subject.airing.source.cut
    at = cut.media_time_of(times["at"])
    found = cut.recording_second_at(at)
    if found is None or abs(found - times["at"]) > 1:
        return form.with_error("at", "The recording is not so long."), None
    return form, at
