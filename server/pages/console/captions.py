"""A recording's captions: typed, sent as a file, or drafted by speech recognition and corrected before they show."""

from datetime import UTC, datetime

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from rooms.playback.webvtt import NotWebVTT
from server.playback.airings import Airing
from server.recordings import captions
from server.recordings.desk import Subject, at_desk, back, captioned, page, subject_of
from server.store import caption_drafts, sessions
from server.web.errors import Conflict, NotFound
from server.web.forms import FormState, has_control_character


async def update(request: Request) -> Response:
    """Publish the captions as they were typed, or the WebVTT file that was sent."""
    subject = await subject_of(request)
    airing = to_caption(subject)
    text, wrong = await captions_sent(request)
    try:
        cues = captions.check(text, airing.source.cut.film_length_s)
    except NotWebVTT as error:
        wrong = wrong or str(error)
    if wrong:
        return await page(request, subject, 422, captions=FormState({"text": text}, {"text": wrong}))
    await to_thread.run_sync(captions.write, airing.directory, airing.source, cues)
    async with request.app.state.db.writing() as db:
        await caption_drafts.discard(db, subject.session.id)
        await sessions.announce(db, subject.session)
    return back(request, subject, "captions-saved")


async def draft(request: Request) -> Response:
    """Have captions drafted by the installation's speech recognition."""
    if not request.app.state.settings.speech_to_text:
        raise NotFound("Nothing is set up here that could listen.")
    async with at_desk(request, writing=True) as (db, subject):
        await caption_drafts.ask(db, subject.session, to_caption(subject).directory.name, datetime.now(UTC))
    return back(request, subject, "draft-asked")


async def keep(request: Request) -> Response:
    """Keep the draft as it is corrected so far, whole or not: nobody else sees it yet."""
    text, wrong = await captions_sent(request)
    if not text.strip():
        wrong = wrong or "A draft without words is none. Throw it away if you do not want it."
    async with at_desk(request, writing=True) as (db, subject):
        directory = to_caption(subject).directory.name
        if not wrong and not await caption_drafts.keep(db, subject.session.id, directory, text):
            raise Conflict("There is no draft any more.")
    if wrong:
        return await page(request, subject, 422, captions=FormState({"text": text}, {"text": wrong}))
    return back(request, subject, "draft-kept")


async def discard(request: Request) -> Response:
    """Throw the draft away, or stop its making."""
    async with at_desk(request, writing=True) as (db, subject):
        await caption_drafts.discard(db, subject.session.id)
    return back(request, subject, "deleted")


def to_caption(subject: Subject) -> Airing:
    """Raises Conflict while there is nothing to caption."""
    airing = captioned(subject)
    if airing is None:
        raise Conflict("There is nothing to caption yet: no film, or its stage is still sending.")
    return airing


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
