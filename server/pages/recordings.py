"""The library of what can be watched again."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.entrance import event_of, require
from server.store import recordings
from server.store.recordings import Recording
from server.templating import render


async def index(request: Request) -> Response:
    """Searched by `?q=` over titles, speakers, tracks and abstracts: every word must be found."""
    asked = request.query_params.get("q", "")[:100].strip()
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        person = require(request, "event.attend").person
        assert person is not None
        library = await recordings.library(db, event, person.id, datetime.now(UTC))
    found = [recording for recording in library if matches(recording, asked)]
    begun = [recording for recording in found if is_begun(recording)]
    return render(request, "recordings/index.html", library=library, found=found, begun=begun, asked=asked)


def matches(recording: Recording, asked: str) -> bool:
    """Whether every word that was asked for is somewhere in what is known of a recording."""
    item = recording.item
    known = [item.session.title, item.session.abstract, item.track.title if item.track else "", *item.names]
    text = " ".join(known).casefold()
    return all(word in text for word in asked.casefold().split())


def is_begun(recording: Recording) -> bool:
    """Whether the viewer has watched some of it, but not all."""
    progress = recording.progress
    return progress is not None and 0 < progress.position < recording.length * 0.95
