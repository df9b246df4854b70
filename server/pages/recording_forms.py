"""A session's recording in the console: what is kept of it, its chapters and its captions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from anyio import to_thread
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from rooms.webvtt import Cue, NotWebVTT
from server.clock_times import clock_of, seconds_of
from server.entrance import event_of, require, session_of
from server.errors import Conflict, Invalid, NotFound
from server.forms import Form, FormState, has_control_character, read_form
from server.media import captions
from server.media.broadcasts import Airing, Broadcasts
from server.media.films import index_at
from server.media.programmes import StageSource
from server.models import Chapter, Event, Session
from server.store import chapters, sessions
from server.templating import redirect, render

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


class Subject(NamedTuple):
    """The session whose recording it is, what it sends out (None: nothing is there yet), and its chapters."""

    event: Event
    session: Session
    airing: Airing | None
    chapters: Sequence[Chapter]


async def edit(request: Request) -> Response:
    async with request.app.state.db.reading() as db:
        subject = await subject_of(request, db)
    return await page(request, subject)


async def cut(request: Request) -> Response:
    """Trim the recording. Its segments get new addresses, so that what was cut away cannot be had any more."""
    form = await read_form(request, CutForm)
    async with request.app.state.db.writing() as db:
        subject = await subject_of(request, db)
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
    async with request.app.state.db.writing() as db:
        subject = await subject_of(request, db)
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
    async with request.app.state.db.writing() as db:
        subject = await subject_of(request, db)
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
    async with request.app.state.db.writing() as db:
        subject = await subject_of(request, db)
        await db.delete(await chapter_of(request, db, subject))
    return back(request, subject, "deleted")


async def caption(request: Request) -> Response:
    """Take the captions as they were typed, or the WebVTT file that was sent."""
    async with request.app.state.db.reading() as db:
        subject = await subject_of(request, db)
    airing = captioned(subject)
    if airing is None:
        raise Conflict("There is nothing to caption yet: no film, or its stage is still sending.")
    text, wrong = await captions_sent(request)
    try:
        cues = captions.check(text, whole_seconds(airing))
    except NotWebVTT as error:
        wrong = wrong or str(error)
    if wrong:
        return await page(request, subject, 422, captions=FormState({"text": text}, {"text": wrong}))
    await to_thread.run_sync(put_down, airing, cues)
    async with request.app.state.db.writing() as db:
        await sessions.announce(db, subject.session)
    return back(request, subject, "captions-saved")


def captioned(subject: Subject) -> Airing | None:
    """What can have captions: a film, or what a stage has sent once nothing more will come."""
    airing = subject.airing
    if airing is None or (isinstance(airing.source, StageSource) and not airing.source.is_over(airing.read_at)):
        return None
    return airing


def put_down(airing: Airing, cues: Sequence[Cue]) -> None:
    if isinstance(airing.source, StageSource):
        captions.write_for_stage(airing.directory, airing.source.cut.whole, cues)
    else:
        captions.write(airing.directory, index_at(airing.directory), cues)


class DownloadForm(Form):
    allowed: Literal["yes", "no"]


async def offer(request: Request) -> Response:
    """Allow or stop downloads of the recording."""
    form = await read_form(request, DownloadForm)
    async with request.app.state.db.writing() as db:
        subject = await subject_of(request, db)
        if form.input is None:
            raise Invalid("Please use the page's own button.")
        subject.session.downloadable = form.input.allowed == "yes"
        db.add(subject.session)
    return back(request, subject, "saved")


async def subject_of(request: Request, db: AsyncSession) -> Subject:
    event = await event_of(request, db)
    require(request, "recording.edit")
    session = await session_of(request, db, event)
    broadcasts: Broadcasts = request.app.state.broadcasts
    airing = await broadcasts.at(event.slug, session.slug)
    return Subject(event, session, airing, await chapters.chapters_of(db, session.id))


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
    at = cut.moment_of(times["at"])
    found = cut.second_of(at)
    if found is None or abs(found - times["at"]) > 1:
        return form.with_error("at", "The recording is not so long."), None
    return form, at


async def captions_sent(request: Request) -> tuple[str, str]:
    """The text of the file that was sent, else of the field; and what is wrong with it as text."""
    async with request.form(max_files=1) as data:
        file, typed = data.get("file"), data.get("text")
        if isinstance(file, UploadFile) and file.filename:
            try:
                return (await file.read()).decode("utf-8"), ""
            except UnicodeDecodeError:
                return "", "This file is not text in UTF-8. Please save it as WebVTT in UTF-8."
    text = typed if isinstance(typed, str) else ""
    if has_control_character(text):
        return "", "There is a character in it that cannot be shown. Please retype it."
    return text, ""


async def page(request: Request, subject: Subject, status_code: int = 200, **forms: Any) -> Response:
    """The page, with whichever form was sent as it was typed."""
    session, source = subject.session, subject.airing.source if subject.airing else None
    placed_at = [(each, source.cut.second_of(each.at) if source else None) for each in subject.chapters]
    to_caption = captioned(subject)
    if "captions" not in forms and to_caption:
        text = await to_thread.run_sync(captions.read, to_caption.directory)
        forms["captions"] = FormState({"text": text})
    ends = clock_of(session.trim_end) if session.trim_end is not None else ""
    return render(
        request,
        "recording_forms/edit.html",
        status_code=status_code,
        session=session,
        can_caption=to_caption is not None,
        film_seconds=whole_seconds(subject.airing) if subject.airing else None,
        chapters=[(each, None if second is None else clock_of(second)) for each, second in placed_at],
        changed=forms.get("changed"),
        chapter_form=forms.get("chapter", FormState()),
        cut_form=forms.get("cut", FormState({"begins": clock_of(session.trim_start), "ends": ends})),
        captions_form=forms.get("captions", FormState()),
    )


def whole_seconds(airing: Airing) -> float:
    """How long the film is, or all that was sent from the stage."""
    source = airing.source
    if isinstance(source, StageSource):
        return source.cut.whole.journals["video"].seconds
    return source.film.duration.total_seconds()


def back(request: Request, subject: Subject, notice: str) -> Response:
    return redirect(request, "recording_edit", event=subject.event.slug, session=subject.session.slug, notice=notice)
