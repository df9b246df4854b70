"""A session's recording on the organiser's desk: what all its forms need to know, and the page that holds them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from anyio import to_thread
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.models import CaptionDraft, Chapter, Event, Job, Keeping, Session
from server.playback.airings import Airing, Airings
from server.recordings import captions
from server.rules.clock_times import clock_of
from server.store import caption_drafts, chapters, keeping
from server.web.entrance import entering, session_of
from server.web.forms import FormState
from server.web.templating import redirect, render


class Subject(NamedTuple):
    """The session whose recording it is, what it sends out (None: nothing is there yet), and its chapters."""

    event: Event
    session: Session
    airing: Airing | None
    chapters: Sequence[Chapter]
    draft: CaptionDraft | None
    """The captions that speech recognition understood."""
    drafting: Job | None
    """The job that makes such a draft, or has failed to."""
    kept: Keeping | None
    """What the check after the session found; None before its end."""


@asynccontextmanager
async def at_desk(request: Request, *, writing: bool = False) -> AsyncIterator[tuple[AsyncSession, Subject]]:
    """A transaction, and the subject as it knows it.

    What the session sends out is asked for before it begins: that may need a connection to the database, and pages that
    hold all of them would wait for one more.
    """
    airings: Airings = request.app.state.airings
    airing = await airings.at(request.path_params["event"], request.path_params["session"])
    async with entering(request, "recording.edit", writing=writing) as (db, event):
        session = await session_of(request, db, event)
        listened_to = (session.id, airing.directory.name) if airing else None
        draft = await caption_drafts.draft_of(db, *listened_to) if listened_to else None
        drafting = await caption_drafts.drafting_of(db, *listened_to) if listened_to else None
        kept = (await keeping.keepings_of(db, [session.id])).get(session.id) if session.state == "ended" else None
        yield db, Subject(event, session, airing, await chapters.chapters_of(db, session.id), draft, drafting, kept)


async def subject_of(request: Request) -> Subject:
    """The subject for a page that changes nothing."""
    async with at_desk(request) as (_, subject):
        return subject


def captioned(subject: Subject) -> Airing | None:
    """What can have captions: a film, or what a stage has sent once nothing more will come."""
    airing = subject.airing
    return airing if airing is not None and airing.source.is_complete else None


async def page(request: Request, subject: Subject, status_code: int = 200, **forms: Any) -> Response:
    """The page, with whichever form was sent as it was typed."""
    session, source = subject.session, subject.airing.source if subject.airing else None
    placed_at = [(each, source.cut.recording_second_at(each.at) if source else None) for each in subject.chapters]
    to_caption = captioned(subject)
    draft = subject.draft
    if "captions" not in forms and to_caption:
        text = draft.text if draft else await to_thread.run_sync(captions.read, to_caption.directory)
        forms["captions"] = FormState({"text": text})
    ends = clock_of(session.trim_end) if session.trim_end is not None else ""
    return render(
        request,
        "console/recordings/edit.html",
        status_code=status_code,
        session=session,
        can_caption=to_caption is not None,
        can_draft=bool(request.app.state.settings.speech_to_text),
        draft=draft,
        drafting=subject.drafting,
        kept=subject.kept,
        missing=[
            (datetime.fromtimestamp(begins, UTC), round(ends - begins))
            for begins, ends in (subject.kept.missing if subject.kept else [])
        ],
        film_seconds=source.cut.film_length_s if source else None,
        chapters=[(each, None if second is None else clock_of(second)) for each, second in placed_at],
        changed=forms.get("changed"),
        chapter_form=forms.get("chapter", FormState()),
        cut_form=forms.get("cut", FormState({"begins": clock_of(session.trim_start), "ends": ends})),
        captions_form=forms.get("captions", FormState()),
    )


def back(request: Request, subject: Subject, notice: str) -> Response:
    return redirect(request, "recording_edit", event=subject.event.slug, session=subject.session.slug, notice=notice)
