"""The front page: the open events of this installation, and an organiser's own events in every state."""

from starlette.requests import Request
from starlette.responses import Response

from server.store import events, organisers
from server.web.templating import render


async def index(request: Request) -> Response:
    """The open events in the order of their days, and the viewer's own."""
    viewer = request.state.viewer
    async with request.app.state.db.reading() as db:
        open_events = await events.open_events(db)
        own = await organisers.events_of(db, viewer.person.id) if viewer and viewer.sign_in.strong else []
    return render(request, "home/index.html", events=open_events, own=own)
