"""The front page: the events of this installation."""

from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from server.models import Event
from server.templating import render


async def index(request: Request) -> Response:
    """Open events, the next first."""
    async with request.app.state.db.reading() as db:
        events = (await db.exec(select(Event).where(Event.state == "open").order_by(col(Event.starts_on)))).all()
    return render(request, "home/index.html", events=events)
