"""A session's recording in the console: one page of forms for its cut, its chapters, its captions and its download."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from rooms.playback.webvtt import NotWebVTT
from server.acts import captioning, cutting
from server.acts.cutting import ChapterForm, CutForm, NamedChapterForm, NoSuchMoment
from server.playback.airings import Airings
from server.recordings import captions
from server.recordings.desk import RecordingDesk, desk_of
from server.rules.clock_times import clock_of
from server.rules.plain_text import has_control_character
from server.store import keeping
from server.web.entrance import entering, session_of
from server.web.errors import Conflict, NotFound
from server.web.forms import FormState, pressed, read_form
from server.web.templating import redirect, render


async def edit(request: Request) -> Response:
    return await page(request, await desk_at(request))


async def cut(request: Request) -> Response:
    form = await read_form(request, CutForm)
    async with at_desk(request, writing=True) as (db, desk):
        if form.input is None:
            return await page(request, desk, 422, cut=form)
        await cutting.cut(db, desk, form.input)
    return back(request, desk, "recording-cut")


async def mark_chapter(request: Request) -> Response:
    """Set a chapter: now, by one button while the session is live, or at a second of its recording."""
    form = await read_form(request, ChapterForm)
    async with at_desk(request, writing=True) as (db, desk):
        try:
            if form.input is not None:
                await cutting.mark_chapter(db, desk, form.input, datetime.now(UTC))
        except NoSuchMoment as error:
            form = form.with_error("at", str(error))
        if form.input is None:
            return await page(request, desk, 422, chapter=form)
    if form.input.at is None:
        return redirect(request, "console", event=desk.event.slug, notice="chapter-marked")
    return back(request, desk, "saved")


async def change_chapter(request: Request) -> Response:
    """Rename a chapter or move it."""
    form = await read_form(request, NamedChapterForm)
    async with at_desk(request, writing=True) as (db, desk):
        chapter = cutting.chapter_of(desk, request.path_params["chapter"])
        try:
            if form.input is not None:
                await cutting.change_chapter(db, desk, chapter, form.input, datetime.now(UTC))
        except NoSuchMoment as error:
            form = form.with_error("at", str(error))
        if form.input is None:
            return await page(request, desk, 422, changed=chapter.id, chapter=form)
    return back(request, desk, "saved")


async def remove_chapter(request: Request) -> Response:
    async with at_desk(request, writing=True) as (db, desk):
        await cutting.remove_chapter(db, cutting.chapter_of(desk, request.path_params["chapter"]))
    return back(request, desk, "deleted")


async def allow_downloads(request: Request) -> Response:
    """Allow or stop downloads of the recording."""
    allowed = await pressed(request, "allowed", ("yes", "no"))
    async with at_desk(request, writing=True) as (db, desk):
        await cutting.allow_downloads(db, desk, allowed=allowed == "yes")
    return back(request, desk, "saved")


async def publish_captions(request: Request) -> Response:
    """Publish the captions as they were typed, or the WebVTT file that was sent."""
    desk = await desk_at(request)
    text, wrong = await captions_sent(request)
    try:
        if not wrong:
            await captioning.write(desk, text)
    except NotWebVTT as error:
        wrong = str(error)
    if wrong:
        return await page(request, desk, 422, captions=FormState({"text": text}, {"text": wrong}))
    async with entering(request, "recording.edit", writing=True) as (db, _):
        await captioning.publish(db, desk)
    return back(request, desk, "captions-saved")


async def check_again(request: Request) -> Response:
    """Have the recording looked over once more, after that has failed."""
    async with at_desk(request, writing=True) as (db, desk):
        if not (desk.kept and await keeping.check_again(db, desk.session, datetime.now(UTC))):
            raise Conflict("This recording is being looked over, or was looked over already.")
    return redirect(request, "recording_edit", event=desk.event.slug, session=desk.session.slug)


async def ask_draft(request: Request) -> Response:
    """Have captions drafted by the installation's speech recognition."""
    if not request.app.state.settings.speech_to_text:
        raise NotFound("Nothing is set up here that could listen.")
    async with at_desk(request, writing=True) as (db, desk):
        await captioning.ask_draft(db, desk, datetime.now(UTC))
    return back(request, desk, "draft-asked")


async def keep_draft(request: Request) -> Response:
    """Keep the draft as it is corrected so far: nobody else sees it yet."""
    text, wrong = await captions_sent(request)
    if not text.strip():
        wrong = wrong or "A draft without words is none. Throw it away if you do not want it."
    async with at_desk(request, writing=True) as (db, desk):
        if wrong:
            return await page(request, desk, 422, captions=FormState({"text": text}, {"text": wrong}))
        await captioning.keep_draft(db, desk, text)
    return back(request, desk, "draft-kept")


async def discard_draft(request: Request) -> Response:
    async with at_desk(request, writing=True) as (db, desk):
        await captioning.discard_draft(db, desk)
    return back(request, desk, "deleted")


async def captions_sent(request: Request) -> tuple[str, str]:
    """The text of the file that was sent, else of the field; and the sentence for text that cannot be read at all."""
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


@asynccontextmanager
async def at_desk(request: Request, *, writing: bool = False) -> AsyncIterator[tuple[AsyncSession, RecordingDesk]]:
    """Open the request's transaction, with the desk of the recording that the address names.

    The airing is asked for before the transaction begins: it may need a connection to the database, and pages that hold
    all of them would wait for one more.
    """
    airings: Airings = request.app.state.airings
    airing = await airings.at(request.path_params["event"], request.path_params["session"])
    async with entering(request, "recording.edit", writing=writing) as (db, event):
        yield db, await desk_of(db, event, await session_of(request, db, event), airing)


async def desk_at(request: Request) -> RecordingDesk:
    """The desk, for a page that changes nothing."""
    async with at_desk(request) as (_, desk):
        return desk


async def page(request: Request, desk: RecordingDesk, status_code: int = 200, **forms: Any) -> Response:
    """The page, with whichever form was sent as it was typed."""
    session, airing, to_caption = desk.session, desk.airing, desk.to_caption
    if "captions" not in forms and to_caption:
        text = desk.draft.text if desk.draft else await to_thread.run_sync(captions.read, to_caption.directory)
        forms["captions"] = FormState({"text": text})
    ends = clock_of(session.trim_end) if session.trim_end is not None else ""
    return render(
        request,
        "console/recordings/edit.html",
        status_code=status_code,
        session=session,
        can_caption=to_caption is not None,
        can_draft=bool(request.app.state.settings.speech_to_text),
        draft=desk.draft,
        drafting=desk.drafting,
        kept=desk.kept,
        missing=desk.missing,
        checking=desk.checking,
        film_seconds=airing.source.cut.film_length_s if airing else None,
        chapters=[(each, None if second is None else clock_of(second)) for each, second in desk.placed_chapters],
        changed=forms.get("changed"),
        chapter_form=forms.get("chapter", FormState()),
        cut_form=forms.get("cut", FormState({"begins": clock_of(session.trim_start), "ends": ends})),
        captions_form=forms.get("captions", FormState()),
    )


def back(request: Request, desk: RecordingDesk, notice: str) -> Response:
    return redirect(request, "recording_edit", event=desk.event.slug, session=desk.session.slug, notice=notice)
