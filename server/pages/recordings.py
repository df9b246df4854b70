"""The library: every recording that can be watched again."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.recordings.library import Found, search
from server.store import planning, recordings
from server.store.recordings import ListedRecording
from server.web.entrance import entering, person_who
from server.web.templating import render


async def index(request: Request) -> Response:
    """Searched by `?q=` over titles, speakers, tracks, abstracts and captions: every word must be found."""
    asked, state = request.query_params.get("q", "")[:100].strip(), request.app.state
    async with entering(request) as (db, event):
        person = person_who(request, "event.attend")
        library = await recordings.library(db, event, person.id, datetime.now(UTC))
        packaged = await planning.films_of(db, event.id)
    found = [Found(each) for each in library]
    if asked:
        found = await search(state.settings, state.airings, event, library, packaged, asked)
    begun = [each for each in found if is_begun(each.recording)] if not asked else []
    return render(request, "recordings/index.html", library=library, found=found, begun=begun, asked=asked)


def is_begun(recording: ListedRecording) -> bool:
    """True when the viewer has watched some of it, but not all."""
    return 0 < recording.position_s < recording.length_s * 0.95
